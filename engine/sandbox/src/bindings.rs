//! The bindings of `tools-wit/guest.wit`, made while compiling.

wasmtime::component::bindgen!({
    path: "../../tools-wit/guest.wit",
    world: "python",
    imports: {
        "fumehood:guest/tools.call": async,
        "fumehood:guest/tools.begin": async,
        "fumehood:guest/tools.wait": async,
        "fumehood:guest/limits.refuel": async | trappable,
        default: trappable,
    },
    exports: { default: async },
});
