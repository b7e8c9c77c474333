// What a ladder of warnings says, in words, while it is typed. models/reminder.py has the grammar and decides.
const WIDE = { '；': ';', '，': ',', '＝': '=', '－': '-', '＋': '+' };
const DAILY = 'daily';
// what holds where neither the term nor the process says anything
const DEFAULT = '-2=assignee; 0=assignee; 1=assignee,supervisor; daily=supervisor';
const MAX_TEXT = 300;
const MAX_OFFSET = 60;
const MAX_RUNGS = 12;

/** A sentence, or in words what cannot be read. */
export function meaning(text, recipients, inherited = '') {
  if (!text.trim()) return `留空：${meaning(inherited.trim() || DEFAULT, recipients)}`;
  try {
    const rungs = read(text, recipients);
    return `${rungs.sort((a, b) => a.order - b.order).map((each) => each.said).join('；')}。`;
  } catch (fault) {
    return `不能识别：${fault.message}`;
  }
}

export const isReadable = (text, recipients) => !meaning(text, recipients).startsWith('不能识别');

function read(text, recipients) {
  if (text.length > MAX_TEXT) throw new Error(`不得超过 ${MAX_TEXT} 字。`);
  const plain = text.replace(/[；，＝－＋]/g, (each) => WIDE[each]);
  const rungs = plain.split(';').map((part) => part.trim()).filter(Boolean).map((part) => rung(part, recipients));
  if (rungs.length > MAX_RUNGS) throw new Error(`不得超过 ${MAX_RUNGS} 级。`);
  const repeated = rungs.find((each, at) => rungs.findIndex((other) => other.order === each.order) < at);
  if (repeated) throw new Error(`“${repeated.when}”写了两次。`);
  if (!rungs.some(({ order }) => order > 0)) throw new Error('还应写明超期后的提醒，如 1=assignee,supervisor 或 daily=supervisor。');
  return rungs;
}

function rung(part, recipients) {
  const [, when, names] = /^(daily|[+-]?[0-9]{1,3})\s*=(.*)$/.exec(part) || [];
  if (!when) throw new Error(`“${part}”应写成“工作日数=提醒对象”，如 -2=assignee、daily=supervisor。`);
  if (when !== DAILY && Math.abs(Number(when)) > MAX_OFFSET) {
    throw new Error(`“${part}”的工作日数应在 -${MAX_OFFSET} 至 ${MAX_OFFSET} 之间。`);
  }
  const who = names.split(',').map((name) => name.trim()).map((name) => {
    const found = recipients.find(({ value }) => value === name);
    if (!found) {
      const known = recipients.map(({ value, label }) => `${value}（${short(label)}）`).join('、');
      throw new Error(`“${part}”的提醒对象“${name}”不存在，可用：${known}。`);
    }
    return short(found.label);
  });
  const order = when === DAILY ? Infinity : Number(when);
  const day = dayOf(order);
  return { order, when, said: `${day}提醒${[...new Set(who)].join('和')}` };
}

const short = (label) => label.replace(/（.*）$/, '');

function dayOf(order) {
  if (order === Infinity) return '超期后每个工作日';
  if (order === 0) return '到期日';
  return order < 0 ? `到期前 ${-order} 个工作日` : `超期第 ${order} 个工作日`;
}
