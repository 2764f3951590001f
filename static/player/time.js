/** Seconds as people write them: 0:07, 3:25, 1:02:09. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Seconds as a screen reader should say them: "3 minutes 25 seconds". */
export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const part = (number, unit) => (number ? [`${number} ${unit}${number === 1 ? "" : "s"}`] : []);
  const said = [...part(Math.floor(whole / 60), "minute"), ...part(whole % 60, "second")];
  return said.join(" ") || "0 seconds";
}

/** To a tenth of a second, for the ends of a loop: 0:07.3. */
export function tenths(seconds) {
  const whole = Math.round(seconds * 10);
  return `${clock(whole / 10)}.${whole % 10}`;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** The seconds between two marks of an axis so that at most `most` of them are needed. */
export function axisStep(duration, most) {
  return STEPS.find((step) => duration / step <= most) ?? STEPS.at(-1);
}
