/** Where to go after signing in: a path of this console, nothing else. */
export function safeBack(back: string | undefined): string {
  if (!back?.startsWith("/") || back.startsWith("//") || back.includes("\\")) return "/";
  const path = back.split(/[?#]/)[0] ?? "/";
  const ours = !["/sign-in", "/setup", "/password", "/signed-in", "/api", "/auth"].some(
    (no) => path === no || path.startsWith(`${no}/`),
  );
  return ours ? back : "/";
}
