/** The templates by name: what a workspace offers is chosen among these. The server knows the same ids. */
export const TEMPLATE_IDS = ["overview", "group", "join", "overlap", "top", "histogram", "series"] as const;
export type TemplateId = (typeof TEMPLATE_IDS)[number];

export const TEMPLATE_NAMES: Record<TemplateId, string> = {
  overview: "Overview",
  group: "Aggregate by group",
  join: "Join and aggregate",
  overlap: "Overlap count",
  top: "Top 10",
  histogram: "Histogram",
  series: "Time series",
};

/** For a field in which several are chosen. */
export const TEMPLATE_CHOICES = TEMPLATE_IDS.map((id) => ({ value: id, label: TEMPLATE_NAMES[id] }));
