// What handlers are given that has no class of its own to be injected by.

/** The token under which the parts of the process are provided. */
export const PARTS = Symbol("parts")
