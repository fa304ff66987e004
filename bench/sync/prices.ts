// Of the profile 2026-05.
export const unitsPerMinute = 6_000;
export const getUnits = 20;
export const threadUnits = 40;
