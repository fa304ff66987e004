/** Which messages are kept, as far as their labels say; what leaves it is gone, what comes into it is fetched. */
export interface LabelScope {
  /** Messages with one of these; null: with any, or none. */
  labelIds: readonly string[] | null;
  spamTrash: boolean;
}

export function isInScope(labelIds: readonly string[], scope: LabelScope): boolean {
  if (!scope.spamTrash && (labelIds.includes('SPAM') || labelIds.includes('TRASH'))) return false;
  return scope.labelIds === null || scope.labelIds.some((id) => labelIds.includes(id));
}
