#!/usr/bin/env python3
"""Writes Tests/ImagesTests/ReferencePictures.swift: small files made by Pillow, with the pixels that Pillow reads from them. Needs Pillow and numpy."""
import base64, io, pathlib, struct
from PIL import Image, ImageOps, __version__
import numpy as np

W, H = 14, 10
y, x = np.mgrid[0:H, 0:W]
rgb = np.stack([x * 18, y * 25, 255 - x * 9 - y * 10], -1).astype(np.uint8)
rgb[2:6, 3:8] = (250, 20, 40)
alpha = ((x * 255) // (W - 1)).astype(np.uint8)
colour = Image.fromarray(rgb)
grey = Image.fromarray((x * 11 + y * 11).astype(np.uint8))
rgba = Image.fromarray(np.dstack([rgb, alpha]))
out = []


def save(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def on_white(image):
    """Flattened in exact arithmetic: round(255 + (c - 255) a / 255)."""
    a = np.asarray(image.convert("RGBA")).astype(np.int64)
    flat = (a[..., :3] * a[..., 3:] + 255 * (255 - a[..., 3:]) + 127) // 255
    return Image.fromarray(flat.astype(np.uint8))


def add(name, data, expected, tolerance=0):
    e = expected.convert("RGB")
    out.append((name, data, e.size, e.tobytes(), tolerance))


def read(data):
    return Image.open(io.BytesIO(data))


data = save(colour, "JPEG", quality=92)
add("jpeg colour", data, read(data), 2)
data = save(colour, "JPEG", quality=92, progressive=True, subsampling=0)
add("jpeg progressive 4:4:4", data, read(data), 1)
data = save(grey, "JPEG", quality=92)
add("jpeg grey", data, read(data), 1)
data = save(colour.convert("CMYK"), "JPEG", quality=95)
add("jpeg CMYK, Adobe's inverted inks", data, read(data), 2)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = save(colour, "JPEG", quality=92, subsampling=0, exif=exif)
    add(f"jpeg orientation {orientation}", data, ImageOps.exif_transpose(read(data)), 1)
    data = save(colour, "TIFF", tiffinfo={0x0112: orientation})
    add(f"tiff orientation {orientation}", data, ImageOps.exif_transpose(colour) if orientation == 1 else ImageOps.exif_transpose(read(data)))

add("png colour", save(colour, "PNG"), colour)
add("png grey", save(grey, "PNG"), grey)
add("png one bit", save(grey.point(lambda v: 255 * (v > 90)).convert("1"), "PNG"), grey.point(lambda v: 255 * (v > 90)))
sixteen = (x.astype(np.uint16) * 4001 + y.astype(np.uint16) * 777)
add("png grey 16 bit", save(Image.fromarray(sixteen), "PNG"), Image.fromarray((sixteen >> 8).astype(np.uint8)))
add("png alpha on white", save(rgba, "PNG"), on_white(rgba))
add("png grey alpha on white", save(rgba.convert("LA"), "PNG"), on_white(rgba.convert("LA")))
palette = colour.quantize(7)
add("png palette", save(palette, "PNG"), palette)
clear = palette.copy()
clear.info["transparency"] = bytes([0, 128, 255, 255, 255, 255, 255])
add("png palette with alpha", save(clear, "PNG"), on_white(read(save(clear, "PNG"))))

for compression in ["raw", "tiff_lzw", "tiff_deflate", "packbits"]:
    add(f"tiff {compression}", save(colour, "TIFF", compression=compression), colour)
add("tiff grey", save(grey, "TIFF"), grey)
add("tiff grey 16 bit", save(Image.fromarray(sixteen), "TIFF"), Image.fromarray((sixteen >> 8).astype(np.uint8)), 1)
add("tiff palette", save(palette, "TIFF"), palette)
add("tiff alpha on white", save(rgba, "TIFF"), on_white(rgba), 1)

add("webp lossless", save(colour, "WEBP", lossless=True), colour)
add("webp lossless alpha", save(rgba, "WEBP", lossless=True, exact=True), on_white(rgba), 1)
data = save(colour, "WEBP", quality=90)
add("webp lossy", data, read(data), 2)
add("webp animated, first frame", save(colour, "WEBP", lossless=True, save_all=True, append_images=[ImageOps.invert(colour)], duration=50), colour)

add("bmp 24", save(colour, "BMP"), colour)
add("bmp palette", save(palette, "BMP"), palette)
add("bmp one bit", save(grey.point(lambda v: 255 * (v > 90)).convert("1"), "BMP"), grey.point(lambda v: 255 * (v > 90)))
bgrx = np.dstack([rgb[..., ::-1], np.full((H, W), 77, np.uint8)]).tobytes()
head = b"BM" + struct.pack("<IHHI", 54 + len(bgrx), 0, 0, 54)
add("bmp 32 top-down", head + struct.pack("<IiiHHIIiiII", 40, W, -H, 1, 32, 0, len(bgrx), 0, 0, 0, 0) + bgrx, colour)
five = rgb >> 3
word = (five[..., 0].astype(np.uint16) << 10 | five[..., 1].astype(np.uint16) << 5 | five[..., 2]).astype("<u2")[::-1].tobytes()
wide = ((five.astype(np.int64) * 255 + 15) // 31).astype(np.uint8)
add("bmp 16", b"BM" + struct.pack("<IHHI", 54 + len(word), 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, W, H, 1, 16, 0, 0, 0, 0, 0, 0) + word, Image.fromarray(wide))

source = Image.fromarray(np.random.default_rng(5).integers(0, 256, (19, 31, 3), dtype=np.uint8))
resized = [(w, h, source.resize((w, h), Image.BILINEAR)) for w, h in [(31, 19), (31, 7), (9, 19), (40, 50), (7, 5), (1, 1), (16, 19), (30, 18)]]


def crop_geometry(image, size):
    """torchvision: Resize(round(size / 0.875)), CenterCrop(size)."""
    side = round(size / 0.875)
    w, h = image.size
    long = int(side * max(w, h) / min(w, h))
    image = image.resize((side, long) if w <= h else (long, side), Image.BILINEAR)
    w, h = image.size
    top, left = int(round((h - size) / 2.0)), int(round((w - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


turned = source.transpose(Image.Transpose.ROTATE_90)
crops = [(size, "turned" if image is turned else "source", crop_geometry(image, size)) for size in (8, 13, 16, 21) for image in (source, turned)]
chart = Image.fromarray(np.kron(np.random.default_rng(6).integers(30, 226, (6, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8))
drafted = save(chart, "JPEG", quality=95, subsampling=0)
halves = []
for side in (48, 24, 12):
    image = read(drafted)
    image.draft("RGB", (128 * side // 96, side))
    halves.append((side, image.size, image.convert("RGB").tobytes()))


def text(data):
    return base64.b64encode(data).decode()


with open(pathlib.Path(__file__).parent.parent / "ImagesTests/ReferencePictures.swift", "w") as f:
    f.write(f"""// swift-format-ignore-file
// Written by Tests/References/make_pictures.py with Pillow {__version__}. Do not edit.

/// Small files made by Pillow and what Pillow reads from them.
enum ReferencePictures {{
    /// `tolerance`: levels, for what lossy decoders may round differently.
    struct File: Sendable, CustomStringConvertible {{ let description: String; let file: String; let width: Int; let height: Int; let pixels: String; let tolerance: Int }}
    struct Picture: Sendable {{ let width: Int; let height: Int; let pixels: String }}
    struct Crop: Sendable {{ let size: Int; let isTurned: Bool; let pixels: String }}

    static let files: [File] = [
""")
    for name, data, (w, h), pixels, tolerance in out:
        f.write(f'        File(description: "{name}", file: "{text(data)}", width: {w}, height: {h}, pixels: "{text(pixels)}", tolerance: {tolerance}),\n')
    f.write(f'    ]\n\n    static let source = Picture(width: 31, height: 19, pixels: "{text(source.tobytes())}")\n')
    f.write(f'    /// `source`, rotated.\n    static let turned = Picture(width: 19, height: 31, pixels: "{text(turned.tobytes())}")\n')
    f.write("    /// `source` after Image.resize(…, BILINEAR).\n    static let resized: [Picture] = [\n")
    for w, h, image in resized:
        f.write(f'        Picture(width: {w}, height: {h}, pixels: "{text(image.tobytes())}"),\n')
    f.write("    ]\n    /// torchvision's Resize and CenterCrop.\n    static let crops: [Crop] = [\n")
    for size, which, image in crops:
        f.write(f'        Crop(size: {size}, isTurned: {"true" if which == "turned" else "false"}, pixels: "{text(image.tobytes())}"),\n')
    f.write(f'    ]\n    /// A JPEG of 128 × 96 pixels, and Pillow\'s `draft` decodings of it.\n    static let drafted = "{text(drafted)}"\n    static let drafts: [Picture] = [\n')
    for _, (w, h), pixels in halves:
        f.write(f'        Picture(width: {w}, height: {h}, pixels: "{text(pixels)}"),\n')
    f.write("    ]\n}\n")
