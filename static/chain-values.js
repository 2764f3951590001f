// Settings as people see them: where a value lies on its slider, how it is written and what a typed text means.

/**
 * @typedef {{name: string, label: string, unit: string, factors: Object<string, number>, low: number, high: number,
 * default: number|string|boolean, kind: "number"|"whole"|"choice"|"switch", choices: string[], scale: "linear"|"log",
 * step: number, form: "gain"|"level"|"frequency"|"amount"|"ratio"|"times"|"pan"|"percent"|"plain"|"word",
 * help: string}} ParamData
 */

const MINUS = "\u2212";
const LEFT = ["left", "l"];
const RIGHT = ["right", "r"];
const MIDDLE = ["middle", "mid", "centre", "center", "c"];
const NICE = [1, 2, 5, 10];

// 0 to 1 along the slider.
export function toPosition(param, value) {
  const { low, high } = param;
  const share = param.scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(Math.max(share, 0), 1);
}

// The value at a place of the slider, on the setting's own steps.
export function fromPosition(param, position) {
  const { low, high } = param;
  const at = Math.min(Math.max(position, 0), 1);
  return snap(param, param.scale === "log" ? low * (high / low) ** at : low + (high - low) * at);
}

// The nearest legal value on the setting's steps.
export function snap(param, value) {
  return clamp(param, Number((Math.round(value / param.step) * param.step).toFixed(6)));
}

// The nearest legal value; words and switches are chosen, not typed, and legal as they are.
export function clamp(param, value) {
  if (isWord(param)) return value;
  const inside = Math.min(Math.max(value, param.low), param.high);
  return param.kind === "whole" ? Math.round(inside) : inside;
}

export function isWord(param) {
  return param.kind === "choice" || param.kind === "switch";
}

// The value some presses of an arrow key away: a hundredth of the range each, rounded to 1, 2 or 5, or one step if fine.
export function nudge(param, value, presses, fine = false) {
  if (param.scale === "log") {
    const moved = fromPosition(param, toPosition(param, value) + presses * (fine ? 0.002 : 0.01));
    return moved === value ? snap(param, value + Math.sign(presses) * param.step) : moved;
  }
  const hundredth = (param.high - param.low) / 100;
  const scale = 10 ** Math.floor(Math.log10(hundredth));
  const pace = Math.max(param.step, scale * NICE.find((each) => each * scale >= hundredth * 0.999));
  return snap(param, value + presses * (fine ? param.step : pace));
}

// "+1.8 dB", "2.1 kHz", "30 %": the same text as the conversation's.
export function valueText(param, value) {
  switch (param.form) {
    case "gain": return signed(value, 1) + " dB";
    case "level": return minus(fixed(value, 1)) + " dB";
    case "frequency": return value >= 1000 ? `${fixed(value / 1000, 1)} kHz` : `${short(value)} Hz`;
    case "ratio": return `${fixed(value, 1)} : 1`;
    case "times": return `\u00d7 ${fixed(value, 2)}`;
    case "pan": {
      if (Math.abs(value) < 0.005) return "middle";
      return `${fixed(Math.abs(value) * 100, 0)} % ${value < 0 ? "left" : "right"}`;
    }
    case "percent": return minus(`${fixed(100 * value, 0)} %`);
    case "amount": return minus(`${short(value)} ${param.unit}`.trimEnd());
    case "word": return typeof value === "boolean" ? (value ? "on" : "off") : value;
    default: return minus(fixed(value, 2));
  }
}

export function rangeText(param) {
  return `${valueText(param, param.low)} to ${valueText(param, param.high)}`;
}

// What a typed text means, in the setting's unit and perhaps out of its range; null for what means nothing.
export function parse(param, text) {
  const said = text.trim().toLowerCase().replaceAll(MINUS, "-").replace(/^\u00d7|\u00d7$/g, "");
  if (param.form === "pan") return parsePan(said);
  const found = /^([+-]?)\s*(\d[\d.,]*|[.,]\d+)\s*(.*)$/.exec(said);
  const amount = found && number(found[2]);
  if (!found || amount === null) return null;
  const value = found[1] === "-" ? -amount : amount;
  const unit = found[3].trim();
  if (param.form === "ratio") return /^(:\s*1|to 1|x)?$/.test(unit) ? value : null;
  if (param.form === "times") return /^x?$/.test(unit) ? value : null;
  if (param.form === "percent") return share(value, found[2], unit, param.high);
  const factor = param.factors[unit];
  return factor === undefined ? null : Number((value * factor).toPrecision(12));
}

// "30" and "30 %" are percent, as shown; a fraction with a point, such as 0.3, is meant as it stands.
function share(value, digits, unit, high) {
  if (unit !== "" && unit !== "%") return null;
  return unit === "" && /[.,]/.test(digits) && value <= high ? value : Number((value / 100).toPrecision(12));
}

function parsePan(said) {
  if (MIDDLE.includes(said)) return 0;
  const found = /^([a-z]*)\s*([+-]?)\s*(\d[\d.,]*|[.,]\d+)?\s*(%?)\s*([a-z]*)$/.exec(said);
  if (!found || (found[1] && found[5])) return null;
  const side = found[1] || found[5];
  const sign = LEFT.includes(side) ? -1 : RIGHT.includes(side) || side === "" ? 1 : 0;
  const amount = found[3] === undefined ? (side ? 100 : null) : number(found[3]);
  if (sign === 0 || amount === null || (side && found[2])) return null;
  const size = found[3] === undefined ? 1 : share(amount, found[3], found[4], 1);
  return (found[2] === "-" ? -1 : sign) * size;
}

// "1,000" is a thousand, "2,5" two and a half.
function number(digits) {
  const plain = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits) ? digits.replaceAll(",", "") : digits.replace(",", ".");
  return /^\d*\.?\d*$/.test(plain) && plain !== "." ? Number(plain) : null;
}

function signed(value, digits) {
  const text = fixed(Math.abs(value), digits);
  return (value < 0 && Number(text) !== 0 ? MINUS : "+") + text;
}

function minus(text) {
  return text.replace("-", MINUS);
}

// Ties go to the even digit, as they do on the server.
function fixed(value, digits) {
  const size = Math.abs(value);
  const scaled = size * 10 ** digits;
  const tie = Number.isInteger(size * 8) && scaled % 1 === 0.5;
  const text = tie ? (2 * Math.round(scaled / 2) / 10 ** digits).toFixed(digits) : size.toFixed(digits);
  return (value < 0 && Number(text) !== 0 ? "-" : "") + text;
}

// Three telling digits.
function short(value) {
  const digits = 2 - Math.floor(Math.log10(Math.abs(value) || 1));
  return String(Number(digits < 0 ? value.toPrecision(3) : fixed(value, digits)));
}
