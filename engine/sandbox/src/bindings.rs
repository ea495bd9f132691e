//! The bindings of `tools-wit/guest.wit`, made while compiling.

wasmtime::component::bindgen!({
    path: "../../tools-wit/guest.wit",
    world: "python",
    imports: {
        "fumehood:guest/tools.call": async,
        default: trappable,
    },
    exports: { default: async },
});
