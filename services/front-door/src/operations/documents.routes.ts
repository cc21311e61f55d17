import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Forwarding } from '../forwarding/forward';
import { questionOf, type Asking } from '../instances/asking';

/** An OpenAPI document, as far as it is put together here. */
interface OpenApi {
  readonly info: object;
  readonly paths: Readonly<Record<string, object>>;
  readonly tags?: readonly { readonly name: string }[];
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `/docs`: one page and one document for the routes of all services. */
export function documentRoutes(fastify: FastifyInstance, asking: Asking, forwarding: Forwarding): void {
  fastify.get('/docs/openapi.json', (request) => document(asking, request));
  // JSON is YAML.
  fastify.get('/docs/openapi.yaml', async (request, reply) =>
    reply
      .header('content-type', 'application/yaml; charset=utf-8')
      .send(JSON.stringify(await document(asking, request))),
  );
  fastify.get('/docs/swagger-ui-init.js', (_request, reply) =>
    reply.header('content-type', 'text/javascript; charset=utf-8').send(pageScript),
  );
  // The page itself, its script and styles are the same everywhere.
  for (const path of ['/docs', '/docs/*']) {
    fastify.get(path, (request, reply) => forwarding.send(request, reply, 'reporting'));
  }
}

async function document(asking: Asking, request: FastifyRequest): Promise<object> {
  const all = await asking.everyService<OpenApi>(questionOf(request, '/docs/openapi.json'));
  return mergeDocuments(all.map(({ body }) => body));
}

/** One document of all paths, tags and components. What every service has is the same in all of them. */
export function mergeDocuments(documents: readonly OpenApi[]): object {
  const [first] = documents;
  const tags = new Map(documents.flatMap(({ tags: own = [] }) => own).map((tag) => [tag.name, tag]));
  const components: Record<string, Record<string, unknown>> = {};
  for (const [kind, own] of documents.flatMap((one) => Object.entries(one.components ?? {}))) {
    components[kind] = { ...components[kind], ...own };
  }
  return {
    ...first,
    info: { ...first?.info, title: 'Faemban' },
    paths: Object.assign({}, ...documents.map(({ paths }) => paths)) as object,
    tags: [...tags.values()],
    components,
  };
}

const pageScript = `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: '/docs/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
    layout: 'StandaloneLayout',
  });
};
`;
