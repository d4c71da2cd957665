import ArgumentParser

/// The program: one binary for the service, its workers and the tools beside them.
@main
struct Program: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aliquot",
        abstract: "Trains compact image classifiers from few labels and many unlabelled pictures, quantises them to int8 and serves them.",
        subcommands: [
            ServeCommand.self, TrainCommand.self, EvaluateCommand.self, ClassifyCommand.self, ExplainCommand.self, QuantiseCommand.self,
            ExportCommand.self,
            StudyCommand.self,
            WorkerCommand.self,
            SampleCommand.self, ParityCommand.self, BenchCommand.self, NetworksCommand.self, WeightsCommand.self,
        ])
}
