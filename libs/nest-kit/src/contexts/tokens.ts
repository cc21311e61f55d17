/** Injects the kernel's `CommandHandler` of an aggregate, for callers that hand over many commands at once. */
export function commandHandlerToken(aggregate: { readonly name: string }): string {
  return `command-handler:${aggregate.name}`;
}

/** Injects the `ViewHandle` of a view or tally, for queries. */
export function viewToken(view: { readonly name: string }): string {
  return `view:${view.name}`;
}

/** The message pattern under which a policy's Nest handler is registered. */
export function policyPattern(key: string): string {
  return `policy:${key}`;
}
