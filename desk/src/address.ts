// The address of the page: which time, which view. The incident stands behind the #.

/** Changes some of what the address says; null takes it out. */
export function setAddress(changes: Record<string, string | null>) {
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) asked.delete(name);
    else asked.set(name, value);
  }
  // `?wall`, not `?wall=`.
  const text = asked.toString().replace(/=(?=&|$)/g, "");
  history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
}

export function asked(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}
