import Foundation

/// Files written by other programs.
enum SafetensorsFixture {
    /// One tensor of each element type. Made with Python's safetensors 0.8.0 and torch 2.13.0:
    ///
    ///     save({"f32": tensor([[1.5, -0.0, 3.4028234663852886e38], [1e-45, -2.25, 0.1]], dtype=float32),
    ///           "f16": tensor([1.0, -65504.0, 5.960464477539063e-08, 0.333251953125], dtype=float16),
    ///           "bf16": tensor([1.0, -3.140625, 9.183549615799121e-41], dtype=bfloat16),
    ///           "f64": tensor([0.1, -1e300, 2.0], dtype=float64), "i8": tensor([[-128, 127], [0, -1]], dtype=int8),
    ///           "u8": tensor([0, 255], dtype=uint8), "i32": tensor([-2147483648, 2147483647], dtype=int32),
    ///           "i64": tensor(-9223372036854775808), "empty": zeros((0, 3))},
    ///          {"note": 'quote " slash / backslash \\ tab\t zellkörper'})
    static let everyType = [
        "UAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJub3RlIjoicXVvdGUgXCIgc2xhc2ggLyBiYWNrc2xhc2ggXFwgdGFiXHQgemVsbGvDtnJwZXIifSwiaTY0Ijp7",
        "ImR0eXBlIjoiSTY0Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZjY0Ijp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZz",
        "ZXRzIjpbOCwzMl19LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMzIsMzJdfSwiZjMyIjp7ImR0eXBlIjoi",
        "RjMyIiwic2hhcGUiOlsyLDNdLCJkYXRhX29mZnNldHMiOlszMiw1Nl19LCJpMzIiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMi",
        "Ols1Niw2NF19LCJiZjE2Ijp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzY0LDcwXX0sImYxNiI6eyJkdHlwZSI6IkYxNiIs",
        "InNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzcwLDc4XX0sImk4Ijp7ImR0eXBlIjoiSTgiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6Wzc4LDgy",
        "XX0sInU4Ijp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4Miw4NF19fSAgAAAAAAAAAICamZmZmZm5P5x1AIg85Df+AAAAAAAA",
        "AEAAAMA/AAAAgP//f38BAAAAAAAQwM3MzD0AAACA////f4A/ScABAAA8//sBAFU1gH8A/wD/",
    ].joined()
}
