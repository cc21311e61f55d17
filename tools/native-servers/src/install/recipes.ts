import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringJars } from './jars';
import { goCompiler, javaCompiler, javaRuntime, kcat, maven } from './programs';
import type { Recipe } from './recipe';
import { runProgram } from './run-program';

// slf4j-simple: without it Kafka logs nothing.
const kafkaJars = ['org.apache.kafka:kafka_2.13:4.4.0', 'org.slf4j:slf4j-simple:1.7.36'];

/** Apache Kafka, from Maven Central: 45 files, 43 MB. */
export const kafkaRecipe: Recipe = {
  name: 'kafka-4.4.0',
  ingredients: kafkaJars.join(' '),
  toRun: [javaRuntime],
  toMake: [maven],
  make: (folder) => bringJars(folder, kafkaJars),
};

// slf4j-simple: without it nobody hears of its errors.
const mongoJavaJars = [
  'de.bwaldvogel:mongo-java-server:1.47.0',
  'de.bwaldvogel:mongo-java-server-h2-backend:1.47.0',
  'org.slf4j:slf4j-simple:2.0.17',
];
/** Our main class, and indexes that the server lacks. */
const mongoJavaSources = join(__dirname, '..', '..', 'java');

/** mongo-java-server with its H2 backend, from Maven Central: 18 files, 9 MB. */
export const mongoJavaRecipe: Recipe = {
  name: 'mongo-java-server-1.47.0',
  ingredients: [...mongoJavaJars, ...textsIn(mongoJavaSources)].join(' '),
  toRun: [javaRuntime],
  toMake: [javaCompiler, maven],
  async make(folder) {
    await bringJars(folder, mongoJavaJars);
    const sources = readdirSync(mongoJavaSources).map((name) => join(mongoJavaSources, name));
    await runProgram('javac', ['-cp', 'libs/*', '-d', '.', ...sources], { cwd: folder });
  },
};

function textsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

const ferretModule = 'github.com/FerretDB/FerretDB';
const ferretVersion = 'v1.24.0';

/** FerretDB 1, from the Go module proxy: built once, one to four minutes, 33 MB. */
export const ferretRecipe: Recipe = {
  name: `ferretdb-${ferretVersion.slice(1)}`,
  ingredients: `${ferretModule}@${ferretVersion}`,
  toRun: [],
  toMake: [goCompiler],
  make: buildFerret,
};

/** The same program; its certificate is made by Java's `keytool`. */
export const securedFerretRecipe: Recipe = { ...ferretRecipe, toRun: [javaRuntime] };

/** The module is downloaded, not installed by version: that would ask for a list of versions which no proxy has. */
async function buildFerret(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'faemban-ferretdb-'));
  try {
    await writeFile(join(scratch, 'go.mod'), 'module scratch\n');
    const told = await runProgram('go', ['mod', 'download', '-json', `${ferretModule}@${ferretVersion}`], {
      cwd: scratch,
    });
    const source = join(scratch, 'source');
    await cp((JSON.parse(told) as { Dir: string }).Dir, source, { recursive: true });
    // A module folder is read only, and its build wants to know its version from files that a checkout would have.
    const versions = join(source, 'build', 'version');
    await chmod(versions, 0o755);
    await writeFile(join(versions, 'version.txt'), `${ferretVersion}\n`, { flag: 'w' });
    for (const name of ['commit', 'branch', 'package']) await writeFile(join(versions, `${name}.txt`), 'unknown\n');
    const build = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', join(folder, 'ferretdb')];
    await runProgram('go', [...build, './cmd/ferretdb'], { cwd: source });
  } finally {
    await makeWritable(scratch);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Copied read-only folders cannot be emptied by anyone but root. */
async function makeWritable(folder: string): Promise<void> {
  await runProgram('chmod', ['-R', 'u+w', folder], { cwd: tmpdir() });
}

/** kcat, which reads topics as somebody outside does: Debian's package is all there is to it. */
export const kcatRecipe: Recipe = {
  name: 'kcat',
  ingredients: kcat.debianPackage,
  toRun: [kcat],
  toMake: [],
  make: async () => undefined,
};

/** Every server that can run as an ordinary process, and what suites use beside them. */
export const recipes: readonly Recipe[] = [kafkaRecipe, mongoJavaRecipe, ferretRecipe, kcatRecipe];
