import { Body, Param, Query, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { inputProblem, type Issue } from './input-errors';
import { Problem } from './problem';

/** `@zodBody(schema)`: the JSON body, parsed. Anything else is answered with 400 and the paths of what is wrong; also documented. */
export const zodBody = (schema: z.ZodType): ParameterDecorator => Body({ schema: strictly(schema) });
/** `@zodQuery(schema)`: the query string, parsed. Unknown parameters are refused, never ignored. */
export const zodQuery = (schema: z.ZodType): ParameterDecorator => Query({ schema: strictly(schema) });
/** `@zodParams(schema)`: the path's parameters, parsed. */
export const zodParams = (schema: z.ZodType): ParameterDecorator => Param({ schema: strictly(schema) });

/** A filter nobody knows must give nothing, never everything: objects refuse names they do not know. */
function strictly(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;
}

/** Parses what a route declared a schema for. Streams are for routes that declare none. */
export class InputPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => inputProblem(issues as readonly Issue[]) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.type === 'body' && metadata.schema && value instanceof Readable) throw jsonExpected();
    return super.transform(value, metadata);
  }
}

const jsonExpected = (): Problem =>
  new Problem(415, 'json-expected', {
    th: 'เส้นทางนี้รับเฉพาะ application/json',
    en: 'This path takes application/json only.',
  });
