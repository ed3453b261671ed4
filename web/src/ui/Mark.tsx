/** The sign of the house. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#127361" />
      <path
        d="M8 25V15a8 8 0 0 1 16 0v10M12.5 25v-9.500a3.500 3.500 0 0 1 7 0V25M16 7v5"
        fill="none"
        stroke="#fff"
        strokeWidth="2.200"
        strokeLinecap="round"
      />
    </svg>
  );
}
