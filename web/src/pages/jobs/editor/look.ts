/** How code looks, in variables of the page: both colour schemes without asking which one is on. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name), tags.special(tags.name)], color: "var(--code-name)" },
]);

const chrome = EditorView.theme({
  "&": { fontSize: "0.8125rem", color: "var(--mantine-color-text)" },
  "&.cm-focused": {
    outline: "2px solid var(--mantine-color-accent-6)",
    outlineOffset: "-1px",
    borderRadius: "8px",
  },
  ".cm-scroller": {
    fontFamily: "var(--mantine-font-family-monospace)",
    lineHeight: "1.55",
    overflow: "auto",
    // Around text and line numbers alike: they stay side by side whenever they are measured.
    padding: "8px 0",
  },
  ".cm-content": { padding: "0", caretColor: "var(--mantine-color-text)" },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
  ".cm-gutters": {
    background: "transparent",
    color: "var(--mantine-color-dimmed)",
    border: "none",
    paddingLeft: "4px",
  },
  ".cm-activeLine, .cm-activeLineGutter": { background: "transparent" },
  "&.cm-focused .cm-activeLine": { background: "var(--cloister-hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--mantine-color-accent-6) 30%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    background: "color-mix(in srgb, var(--mantine-color-accent-6) 25%, transparent)",
  },
  ".cm-lintRange": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--mantine-color-error)",
    textUnderlineOffset: "3px",
  },
  ".cm-tooltip": {
    background: "var(--mantine-color-body)",
    color: "var(--mantine-color-text)",
    border: "1px solid var(--mantine-color-default-border)",
    borderRadius: "8px",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mantine-font-family-monospace)",
    maxHeight: "none",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    background: "var(--cloister-active)",
    color: "var(--cloister-active-text)",
  },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--mantine-color-dimmed)", marginLeft: "1em" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--mantine-font-family)" },
  // A line of a changed text holds its inserted part: only one of the two is tinted.
  ".cm-insertedLine": { background: "transparent !important" },
  ".cm-changedLine": {
    background: "color-mix(in srgb, var(--mantine-color-green-6) 14%, transparent) !important",
  },
  ".cm-deletedChunk": {
    background: "color-mix(in srgb, var(--mantine-color-red-6) 14%, transparent)",
    paddingLeft: "6px",
  },
  ".cm-changedText": {
    background: "color-mix(in srgb, var(--mantine-color-green-6) 22%, transparent) !important",
  },
  ".cm-deletedChunk .cm-deletedText": {
    background: "color-mix(in srgb, var(--mantine-color-red-6) 20%, transparent) !important",
  },
  ".cm-collapsedLines": {
    background: "var(--cloister-hover)",
    color: "var(--mantine-color-dimmed)",
    fontFamily: "var(--mantine-font-family)",
  },
});

export const look = [chrome, syntaxHighlighting(style)];
