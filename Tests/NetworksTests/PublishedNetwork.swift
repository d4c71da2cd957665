import Testing

/// What a network is in torchvision 0.28.0 or timm 1.0.31 (`mobilenetv1_100` with `pad_type='same'`), printed by `Tests/References/make_networks.py`.
struct PublishedNetwork: Sendable, CustomTestStringConvertible {
    let name: String
    /// For 1000 classes.
    let parameters: Int
    /// Of convolutions and linear layers at 224², for 1000 classes.
    let multiplyAdds: Int
    /// SHA-256 of the lines `name dimension,dimension,…` of its state dictionary, in its order, without `num_batches_tracked`.
    let stateDictionary: String

    var testDescription: String { name }

    static let all: [PublishedNetwork] = [
        PublishedNetwork(
            name: "efficientnet_b0", parameters: 5_288_548, multiplyAdds: 385_814_752,
            stateDictionary: "d431485eeb2ce5be9290ea3f42133945d00f571c37e20864957065be0e2b6c89"),
        PublishedNetwork(
            name: "efficientnet_b3", parameters: 12_233_232, multiplyAdds: 962_708_240,
            stateDictionary: "23ae37598af24954c73c7713377358d6b7cdd75457581b4a7687bdc933fad498"),
        PublishedNetwork(
            name: "fbnetc_100", parameters: 5_572_200, multiplyAdds: 384_960_160,
            stateDictionary: "abd0cc6278d16c22bb6ae6bb6e87c34e0dc203778878a252ee31c68b48bd2ca9"),
        PublishedNetwork(
            name: "mixnet_l", parameters: 7_329_252, multiplyAdds: 555_251_792,
            stateDictionary: "4cd85e9e5e8009bdd263c3dd55ff67b31c002adf6955ae87a4293b3e850960b8"),
        PublishedNetwork(
            name: "mixnet_m", parameters: 5_014_382, multiplyAdds: 339_172_672,
            stateDictionary: "e3052f5f8361cef557b3da109425359fcc135ac1edc86246390fe70c3ec27ae9"),
        PublishedNetwork(
            name: "mixnet_s", parameters: 4_134_606, multiplyAdds: 239_173_360,
            stateDictionary: "f6ef037e04790014dbdcb73f7ad84fa20addb3ed7ce00c18b02b07bea1d5f921"),
        PublishedNetwork(
            name: "mnasnet_100", parameters: 4_383_312, multiplyAdds: 314_415_872,
            stateDictionary: "5cf314cb45dee7130fa496be0a50d9307b3de628ae4477ac48387bb4ab0a9170"),
        PublishedNetwork(
            name: "mobilenet_v2", parameters: 3_504_872, multiplyAdds: 300_774_272,
            stateDictionary: "af1df99eb7d51fe1e9e1b817399804172ca78a4cbf6da75901efb8a8b3f778f8"),
        PublishedNetwork(
            name: "mobilenetv1_100", parameters: 4_231_976, multiplyAdds: 568_740_352,
            stateDictionary: "f71db10be631bb62e581eec25e143c813399cbafb009fd5e3d4e598db483ba92"),
        PublishedNetwork(
            name: "mobilenetv3_large_100", parameters: 5_483_032, multiplyAdds: 216_589_760,
            stateDictionary: "4daf2072bd647ab80176742b37bd4d2a0c3a09f0848f613b9df1e1c7b221433a"),
        PublishedNetwork(
            name: "resnet101", parameters: 44_549_160, multiplyAdds: 7_801_405_440,
            stateDictionary: "f34a22e933e18108f4c2ac2b015ab09d76a3a1a09f7a1c502fdee52a2082b49c"),
        PublishedNetwork(
            name: "resnet18", parameters: 11_689_512, multiplyAdds: 1_814_073_344,
            stateDictionary: "c5e6aa2241faa3125a553b0eab786cf7c4ea2d5635fc43db37cc2d00119e73b0"),
        PublishedNetwork(
            name: "resnet50", parameters: 25_557_032, multiplyAdds: 4_089_184_256,
            stateDictionary: "1c6ad802fc1116f1c8c32eebd1c35391c60b740847aa4b83a844412f1805ba6d"),
        PublishedNetwork(
            name: "shufflenet_v2_x0_5", parameters: 1_366_792, multiplyAdds: 40_476_448,
            stateDictionary: "a392ca71e14e7e10a4221e567cb9f87d1de12634b650e3d9daeec9dd67a59d80"),
        PublishedNetwork(
            name: "shufflenet_v2_x1_0", parameters: 2_278_604, multiplyAdds: 144_907_992,
            stateDictionary: "94e64da0d5b7384a0bde79783c421ee2b8ad1cb5b088f24091766b4cfae3ecad"),
        PublishedNetwork(
            name: "squeezenet1_0", parameters: 1_248_424, multiplyAdds: 818_924_576,
            stateDictionary: "60742bbd60ac2b77e7ef0962c1ca4e9ce64880bc76010a406141ae8bbd52f93f"),
        PublishedNetwork(
            name: "squeezenet1_1", parameters: 1_235_496, multiplyAdds: 349_151_936,
            stateDictionary: "4517ae369c3fa664e779dd8395ff5fc266922186c6f1f2a28e0d9c3ca7192b18"),
    ]
}
