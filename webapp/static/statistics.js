// The statistics pages: draws each box with data-chart, and lets a typed day choose “自选日期”.
const boxes = document.querySelectorAll('[data-chart]');

async function drawAll() {
  const { draw } = await import('./vendor/charts.js');
  for (const box of boxes) {
    const { title_words: title, height_rows: rows, links, ...option } = JSON.parse(box.dataset.chart);
    // without animation the first look, a picture of it and its print are whole
    const chart = draw(box, { ...option, animation: false, aria: { enabled: true, label: { description: `${title}，数据见下表。` } } });
    // the links of the table under the chart say the same to whoever uses no mouse
    chart.on('click', ({ seriesIndex, dataIndex }) => {
      const url = links[seriesIndex]?.[dataIndex];
      if (url) location.assign(url);
    });
    box.dataset.drawn = rows ?? '';
  }
}

if (boxes.length) {
  drawAll().catch((error) => {
    // the tables say the same
    console.error(error);
    boxes.forEach((box) => { box.hidden = true; });
  });
}

document.querySelectorAll('[data-statistics-filter]').forEach((form) => {
  for (const name of ['from', 'to']) {
    form.elements[name]?.addEventListener('input', () => { form.elements.period.value = 'custom'; });
  }
});
