import API
import Base

/// What this build is.
enum BuildFacts {
    static let version = ProgramVersion.current

    static func build(on machine: Machine) -> ServiceVersion.Build {
        ServiceVersion.Build(configuration: configuration, swift: compiler, platform: machine.platform)
    }

    private static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
