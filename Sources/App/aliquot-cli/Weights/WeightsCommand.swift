import ArgumentParser

/// `aliquot weights`: pretrained weights that jobs can start from.
struct WeightsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights", abstract: "Lists, adds, verifies and downloads pretrained weights.",
        discussion: """
            Weights lie in DATA/weights as NAME.safetensors. A job names them with "weights": "NAME". Files may be safetensors or PyTorch's .pth and .pt, with the
            parameter names of torchvision or timm; a running service sees what these commands change at once.
            """,
        subcommands: [ListWeightsCommand.self, AddWeightsCommand.self, VerifyWeightsCommand.self, PullWeightsCommand.self])
}
