/** One message to a person, in Thai and in English. Both say the same; the Thai one is shown first. */
export type Sentence = { readonly th: string; readonly en: string };
