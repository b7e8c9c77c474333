// A drawing as wide as its box: the box grows with it, so that the names of the steps are as large as the page allows.

/** Free space around the drawing, in its own units; below it there is the mark of bpmn.io. */
const EDGE = 24;

export function fitWidth(viewer, box) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) return;
  const wanted = {
    x: inner.x - EDGE, y: inner.y - EDGE, width: inner.width + 2 * EDGE, height: inner.height + 3 * EDGE,
  };
  box.style.height = `${Math.ceil((outer.width * wanted.height) / wanted.width)}px`;
  canvas.resized();
  canvas.viewbox(wanted);
}
