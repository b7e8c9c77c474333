// The charts of the statistics pages: bars, lines and heat, drawn as SVG so that they print and obey our CSP.
import * as echarts from 'echarts/core';
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([
  BarChart, HeatmapChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent,
  VisualMapComponent, SVGRenderer,
]);

const reduced = matchMedia('(prefers-reduced-motion: reduce)');

// One chart in one box; `option` is plain data from the page. A tooltip of rich text writes no style attributes.
export function draw(box, option) {
  const chart = echarts.init(box, null, { renderer: 'svg', locale: 'ZH' });
  chart.setOption({
    animation: !reduced.matches,
    textStyle: { fontFamily: getComputedStyle(box).fontFamily },
    aria: { enabled: true },
    ...option,
    tooltip: { ...option.tooltip, renderMode: 'richText', confine: true },
  });
  const fit = () => chart.resize();
  new ResizeObserver(fit).observe(box);
  addEventListener('beforeprint', fit);
  return chart;
}
