const [FFT_FRAMES, SLOWNESS] = [16384, 0.6];
const WINDOW_POWER = 0.3046; // mean square of the Blackman window that an analyser uses (0.42, 0.5, 0.08)
const FLOOR_DB = -120;

/** Centres of the third octaves from 20 Hz to 20 kHz (IEC 61260, base ten), in Hz. */
export const CENTRES_HZ = Array.from({ length: 31 }, (_, n) => 10 ** ((n + 13) / 10));

/** The spectrum of a sound in third octaves, its channels averaged; a sine at full scale is 0 dB in its band. */
export class Spectrum {
  #analysers;
  #bins;

  constructor(context) {
    this.input = new GainNode(context, { channelCount: 2, channelCountMode: "explicit" });
    const sides = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
    this.input.connect(sides);
    this.#analysers = [0, 1].map((side) => {
      const analyser = new AnalyserNode(context, { fftSize: FFT_FRAMES, smoothingTimeConstant: SLOWNESS });
      sides.connect(analyser, side);
      return analyser;
    });
    this.#bins = new Float32Array(FFT_FRAMES / 2);
  }

  /** dB of each band; null for those beyond half the sample rate. */
  read() {
    const powers = CENTRES_HZ.map(() => 0);
    const { sampleRate } = this.input.context;
    const width = sampleRate / FFT_FRAMES;
    for (const analyser of this.#analysers) {
      analyser.getFloatFrequencyData(this.#bins);
      CENTRES_HZ.forEach((centre, band) => {
        const [from, to] = [-0.05, 0.05].map((side) => Math.round((centre * 10 ** side) / width));
        for (let bin = from; bin < Math.min(Math.max(to, from + 1), this.#bins.length); bin++) {
          powers[band] += 10 ** (this.#bins[bin] / 10) / this.#analysers.length;
        }
      });
    }
    const level = (power) => Math.max(10 * Math.log10((4 * power) / WINDOW_POWER), FLOOR_DB);
    return powers.map((power, band) => (CENTRES_HZ[band] < sampleRate / 2 ? level(power) : null));
  }
}
