/** A generated file: its path below the project's root, and its text. */
export interface Artifact {
  readonly path: string;
  readonly text: string;
}
