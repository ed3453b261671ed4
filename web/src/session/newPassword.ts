/** The server asks for twelve characters; the second field guards against a slip of the hand. */
export const passwordRules = {
  password: (password: string) => (password.length >= 12 ? null : "At least 12 characters"),
  again: (again: string, all: { password: string }) =>
    again === all.password ? null : "This is not the same as above",
};

/** A one-time token travels behind `#`, which browsers send to nobody. */
export const tokenOf = (hash: string): string => decodeURIComponent(hash.replace(/^#/, "")).trim();
