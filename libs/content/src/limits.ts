// Real mail stays far below these; a message beyond is shown in part, and says so.

export const maxDepth = 50;
export const maxParts = 1_000;
export const maxBodyBytes = 2_000_000;
