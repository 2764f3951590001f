"""Small files that are no audio, and names that no file should have."""

from __future__ import annotations

import base64
import pickle

from instructfx.locations import static_folder

TRACK = static_folder() / "samples" / "guitar.flac"

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

PICTURES_AND_TEXTS = {
    "png": PIXEL,
    "gif": b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(300) + b"\xff\xd9",
    "bmp": b"BM" + bytes(200),
    "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40),
    "svg": SVG,
    "pdf": b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n",
    "html": b"<!doctype html><script>alert(1)</script><h1>warmer</h1>" * 20,
    "txt": b"once upon a time there was a guitar\n" * 50,
    "json": b'{"chain": [{"effect": "reverb", "settings": {"mix": 1e999}}]}',
    "csv": b"frame,left,right\n" + b"0,0.1,0.2\n" * 100,
    "mid": b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60MTrk\x00\x00\x00\x04\x00\xff\x2f\x00",
}
"""By extension."""

PROGRAMS = {
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(400),
    "Windows program": b"MZ\x90\x00\x03" + bytes(400),
    "shell script": b"#!/bin/sh\ntouch escaped-by-script.wav\n",
    "Python": b"import os\nos.system('touch escaped-by-python.wav')\n",
    "pickle": pickle.dumps({"samples": [0.1] * 100}),
    "Java class": b"\xca\xfe\xba\xbe\x00\x00\x00\x3d" + bytes(400),
    "WebAssembly": b"\x00asm\x01\x00\x00\x00" + bytes(100),
    "SQLite": b"SQLite format 3\x00" + bytes(1000),
}

_HEAD = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n"
PLAYLISTS = {
    "HLS of a local file": _HEAD + b"file:///etc/hostname\n#EXT-X-ENDLIST\n",
    "HLS of a path": _HEAD + b"../../../../etc/hostname\n#EXT-X-ENDLIST\n",
    "HLS of a web address": _HEAD + b"http://127.0.0.1:9/escaped.wav\n#EXT-X-ENDLIST\n",
    "HLS of a track": _HEAD + f"{TRACK}\n#EXT-X-ENDLIST\n".encode(),
    "ffconcat of a track": f"ffconcat version 1.0\nfile {TRACK}\n".encode(),
    "HLS of HLS": _HEAD + b"concat:file:///etc/hostname|file:///etc/passwd\n#EXT-X-ENDLIST\n",
    "ffconcat": b"ffconcat version 1.0\nfile /etc/hostname\nfile 'http://127.0.0.1:9/escaped.wav'\n",
    "M3U": b"#EXTM3U\nfile:///etc/hostname\n",
    "PLS": b"[playlist]\nFile1=file:///etc/hostname\nNumberOfEntries=1\n",
    "DASH": b'<?xml version="1.0"?><MPD><Period><BaseURL>file:///etc/hostname</BaseURL></Period></MPD>',
    "XSPF with an entity": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
    "SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
}
"""Files that ask their reader to read other files."""

NAMES = {
    "up and out": "../../escaped.wav",
    "up and out, often": "../" * 40 + "tmp/escaped.wav",
    "Windows, up and out": "..\\..\\escaped.wav",
    "absolute": "/tmp/escaped.wav",
    "Windows, absolute": "C:\\escaped.wav",
    "percent signs": "%2e%2e%2fescaped.wav",
    "double percent signs": "%252e%252e%252fescaped.wav",
    "overlong UTF-8": "\u2024\u2024\u2215escaped.wav",
    "full-width dots": "\uff0e\uff0e\uff0fescaped.wav",
    "a null": "nul\0l.wav",
    "a null before the end": "good.wav\0.exe",
    "a line break": "two\nlines.wav",
    "a header": "x.wav\r\nX-Injected: yes",
    "a tab": "a\tb.wav",
    "an escape": "red\x1b[31m.wav",
    "a bell": "bell\x07.wav",
    "a script": "<script>alert(1)</script>.wav",
    "an image": "<img src=x onerror=alert(1)>.wav",
    "quotes": "\"'`quoted`'\".wav",
    "an end of an attribute": '"><svg onload=alert(1)>.wav',
    "a shell command": "$(touch escaped.wav).wav",
    "a shell command in backticks": "`touch escaped`.wav",
    "a pipe": "|touch escaped.wav",
    "a semicolon": "; rm -rf x; .wav",
    "SQL": "x'); DROP TABLE session; --.wav",
    "a template": "{{7*7}}${7*7}#{7*7}.wav",
    "a format": "%s%n{0}{name}.wav",
    "a leading dash": "-i.wav",
    "an option": "--help.wav",
    "an option of ffmpeg": "-y -f null.m4a",
    "an ffmpeg protocol": "http:evil.m4a",
    "a concat protocol": "concat:a|b.m4a",
    "only a dot": ".wav",
    "dots": "....wav",
    "no extension": "sound",
    "two extensions": "sound.wav.exe",
    "another double extension": "sound.exe.wav",
    "capitals": "SOUND.WAV",
    "a space at the end": "sound.wav ",
    "spaces": "   .wav",
    "a device": "CON.wav",
    "another device": "NUL",
    "a hidden file": ".htaccess",
    "250 letters": "a" * 246 + ".wav",
    "1,000 letters": "a" * 996 + ".wav",
    "5,000 letters": "a" * 4_996 + ".wav",
    "255 bytes of emoji": "\U0001f3b8" * 62 + ".wav",
    "300 emoji": "\U0001f3b8" * 300 + ".wav",
    "an extension of 2,000 letters": "sound." + "w" * 2000,
    "right to left": "\u202evaw.gnos.wav",
    "Arabic": "صوت.wav",
    "Chinese": "声音.wav",
    "accents that combine": "e\u0301" * 40 + ".wav",
    "many accents on one letter": "a" + "\u0301" * 90 + ".wav",
    "zero width": "a\u200bb\u200d.wav",
    "nothing": "",
    "only a space": " ",
    "a file of ours": "instructfx.sqlite",
    "a folder": "folder/",
    "a comma list": "a,b;c.wav",
}
