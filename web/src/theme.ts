/** The look: one accent, quiet greys, text that keeps its contrast in both schemes. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const accent: MantineColorsTuple = [
  "#e9f6f3",
  "#d5ebe6",
  "#a9d8cd",
  "#7ac3b3",
  "#52b19d",
  "#369f8a",
  "#1f8c77",
  "#127361",
  "#0d5f50",
  "#074b3f",
];

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 7 },
  colors: { accent },
  fontFamily:
    "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace",
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.375rem", lineHeight: "1.3" } } },
  components: {
    Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" } } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { position: "right", closeButtonProps: { "aria-label": "Close" } } },
    Tooltip: {
      defaultProps: { openDelay: 350, withinPortal: true, events: { hover: true, focus: true, touch: true } },
    },
  },
});

/** Mantine's greys for secondary text, placeholders and errors are lighter than WCAG AA allows. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#191c20",
    "--mantine-color-dimmed": "#5b636d",
    "--mantine-color-placeholder": "#646c76",
    "--mantine-color-error": "#b42318",
    "--mantine-color-anchor": "#0d5f50",
    "--cloister-ground": "#f7f8f9",
    "--cloister-line": "#e3e6e9",
    "--cloister-hover": "#f1f3f4",
    "--cloister-active": "#e6f1ee",
    "--cloister-active-text": "#074b3f",
  },
  dark: {
    "--mantine-color-body": "#16181b",
    "--mantine-color-text": "#e6e8ea",
    "--mantine-color-dimmed": "#a0a7af",
    "--mantine-color-placeholder": "#939aa3",
    "--mantine-color-error": "#ff8a80",
    "--mantine-color-anchor": "#7ac3b3",
    "--mantine-color-default": "#1e2125",
    "--mantine-color-default-border": "#3a3f45",
    "--cloister-ground": "#101214",
    "--cloister-line": "#2a2e33",
    "--cloister-hover": "#1f2226",
    "--cloister-active": "#1b2f2b",
    "--cloister-active-text": "#a9d8cd",
  },
});
