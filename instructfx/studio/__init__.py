"""The web page: a track, a sentence, and what it did to the sound. Only this package imports gradio."""
