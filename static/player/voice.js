/** One sound on the track's time line: `at` is the frame of the track at which it begins. */
export class Voice {
  source = null;
  outlet = null; // what the source goes through, before the fader
  fader = null;
  since = 0; // context time at which the source starts

  constructor(buffer, at, gain) {
    Object.assign(this, { buffer, at, gain });
  }

  /** The sound followed by silence, at least `frames` long: a loop may reach beyond the end of a shorter version. */
  padded(frames) {
    if (frames <= this.buffer.length) return this.buffer;
    if (this.longer?.length >= frames) return this.longer;
    const { numberOfChannels, sampleRate } = this.buffer;
    this.longer = new AudioBuffer({ length: frames, numberOfChannels, sampleRate });
    for (let channel = 0; channel < numberOfChannels; channel++) {
      this.longer.copyToChannel(this.buffer.getChannelData(channel), channel);
    }
    return this.longer;
  }
}
