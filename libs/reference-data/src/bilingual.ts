/** A text in Thai and in English. Thai and the code are what counts; English is there to help. */
export type BilingualText = { readonly th: string; readonly en: string };
