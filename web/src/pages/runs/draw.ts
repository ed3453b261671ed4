/** ECharts with the few parts that are used, drawing SVG; loaded when a chart is shown. */
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { ChartChoice, Point } from "./charting";

use([BarChart, LineChart, ScatterChart, GridComponent, TooltipComponent, SVGRenderer]);

/** Colours are the page's variables: the chart follows the colour scheme without being drawn again. */
const TEXT = "var(--mantine-color-dimmed)";
const LINE = "var(--cloister-line)";
const INK = "var(--mantine-color-accent-6)";

function optionOf({ x, y, kind }: ChartChoice, points: readonly Point[]) {
  const numeric = kind === "scatter" && typeof points[0]?.x === "number";
  const axis = {
    axisLabel: { color: TEXT, hideOverlap: true },
    axisLine: { lineStyle: { color: LINE } },
    axisTick: { lineStyle: { color: LINE } },
    nameTextStyle: { color: TEXT },
  };
  const splitLine = { lineStyle: { color: LINE } };
  return {
    animation: false,
    grid: { left: 16, right: 24, top: 36, bottom: 34, containLabel: true },
    tooltip: {
      trigger: kind === "scatter" ? ("item" as const) : ("axis" as const),
      backgroundColor: "var(--mantine-color-body)",
      borderColor: LINE,
      textStyle: { color: "var(--mantine-color-text)", fontSize: 12 },
      // Names of columns and values come from data: they are text, never markup.
      renderMode: "richText" as const,
      axisPointer: { type: "line" as const, lineStyle: { color: TEXT } },
    },
    xAxis: numeric
      ? {
          type: "value" as const,
          name: x,
          nameLocation: "middle" as const,
          nameGap: 28,
          scale: true,
          splitLine,
          ...axis,
        }
      : {
          type: "category" as const,
          name: x,
          nameLocation: "middle" as const,
          nameGap: 28,
          data: points.map((point) => String(point.x)),
          ...axis,
        },
    yAxis: { type: "value" as const, name: y, scale: kind !== "bar", splitLine, ...axis },
    series: [
      {
        type: kind,
        name: y,
        data: numeric ? points.map((point) => [Number(point.x), point.y]) : points.map((point) => point.y),
        itemStyle: { color: INK },
        lineStyle: { color: INK },
        barMaxWidth: 72,
        symbolSize: kind === "line" ? 5 : 7,
        emphasis: { disabled: true },
      },
    ],
  };
}

/** Draws into an element; gives what ends it. */
export function draw(place: HTMLElement, choice: ChartChoice, points: readonly Point[]): () => void {
  const chart = init(place, undefined, { renderer: "svg" });
  chart.setOption(optionOf(choice, points));
  const sizes = new ResizeObserver(() => chart.resize());
  sizes.observe(place);
  return () => {
    sizes.disconnect();
    chart.dispose();
  };
}
