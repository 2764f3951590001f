"""Sound in memory and in files."""

from instructfx.audio.signal import MP3_RATES, WRITABLE, Audio, Samples, blocks, load, put, resample, save, writing

__all__ = ["MP3_RATES", "WRITABLE", "Audio", "Samples", "blocks", "load", "put", "resample", "save", "writing"]
