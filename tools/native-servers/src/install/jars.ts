import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program';

/** A package of Maven Central: `group:artifact:version`. */
export type Coordinates = string;

/** Puts packages and all that they need at run time into `libs/` of a folder. */
export async function bringJars(folder: string, coordinates: readonly Coordinates[]): Promise<void> {
  await writeFile(join(folder, 'pom.xml'), projectNeeding(coordinates));
  const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(folder, 'libs')}`];
  await runProgram('mvn', ['-B', '-q', ...copy], { cwd: folder });
}

/** The project file that asks Maven for them. */
function projectNeeding(coordinates: readonly Coordinates[]): string {
  const dependencies = coordinates.map((one) => {
    const [group, artifact, version] = one.split(':');
    const parts = [
      `<groupId>${group}</groupId>`,
      `<artifactId>${artifact}</artifactId>`,
      `<version>${version}</version>`,
    ];
    return `    <dependency>${parts.join('')}</dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    '  <modelVersion>4.0.0</modelVersion>',
    '  <groupId>faemban</groupId>',
    '  <artifactId>servers</artifactId>',
    '  <version>1</version>',
    '  <packaging>pom</packaging>',
    '  <dependencies>',
    ...dependencies,
    '  </dependencies>',
    '</project>',
    '',
  ].join('\n');
}
