;; Maps the guest module's one raw door, `host.call`, onto the imports of the world `python`, and the
;; exports of that world onto CPython's C API.
;;
;; The door takes a request in guest memory, `(ptr, len)`, and stores the address and length of the
;; answer where it is told to. The first byte of a request names the operation:
;;
;;   1  tools.call        u32 lengths of the name, of the arguments and of what is said about the
;;                        contents, u32 address and length of the contents, then the first three
;;                                                                answers, or fails with -1
;;   2  answer.give       u8 has JSON, u8 case of the content, u32 lengths of the JSON, of the text and
;;                        of the first part of the content, then these three, and its second part
;;   3  limits.interruption                                          answers the exception's text
;;   4  the failure of the last operation that failed                answers the exception's text
;;   5  tools.begin       as 1                   answers the number of the call, or fails with -1
;;   6  tools.wait        s64 nanoseconds        answers numbers of calls
;;   7  tools.take        u32 number             answers as 1, or fails with -1
;;   8  tools.abandon     u32 number
;;   9  tools.content     u32 position, u32 address and length of the memory that they are wanted in; without
;;                        an address only the most that is wanted
;;                        answers nothing if they fill that memory, and else what there is
;;
;; Addresses are in the guest's memory. The host looks at none that is outside of it.
;;
;; An answer is memory that the door's owner frees. Numbers are little-endian and unaligned.
;;
;; A step's outcome comes from Python as a `bytes` object that already has the canonical form of the
;; WIT type, with addresses relative to its beginning: u32 count, that many u32 positions of
;; addresses, then the form itself. All that remains to be done here is to add the base to each.
(module
  (import "env" "memory" (memory 0))

  (import "fumehood:guest/tools@0.1.0" "call"
    (func $tools_call (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "fumehood:guest/tools@0.1.0" "begin"
    (func $tools_begin (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "fumehood:guest/tools@0.1.0" "wait"
    (func $tools_wait (param i64 i32)))
  (import "fumehood:guest/tools@0.1.0" "take"
    (func $tools_take (param i32 i32)))
  (import "fumehood:guest/tools@0.1.0" "abandon"
    (func $tools_abandon (param i32)))
  (import "fumehood:guest/tools@0.1.0" "content"
    (func $tools_content (param i32 i32 i32)))
  (import "fumehood:guest/answer@0.1.0" "give"
    (func $answer_give (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "fumehood:guest/limits@0.1.0" "interruption"
    (func $limits_interruption (param i32)))
  (import "fumehood:guest/limits@0.1.0" "refuel"
    (func $limits_refuel (param i64) (result i64)))
  (import "fumehood:guest/limits@0.1.0" "settle"
    (func $limits_settle (param i64)))

  (import "__main_module__" "allocate"
    (func $realloc (param i32 i32 i32 i32) (result i32)))
  (import "__main_module__" "free" (func $free (param i32)))
  (import "__main_module__" "initialize_library" (func $initialize_library))
  (import "__main_module__" "initialize_python" (func $initialize_python))
  (import "__main_module__" "turn" (func $turn (param i32 i32) (result i32)))
  (import "__main_module__" "hand_back_fuel" (func $hand_back_fuel))
  (import "__main_module__" "lend" (func $lend (param i32)))
  (import "__main_module__" "__wasilibc_reset_preopens" (func $reset_preopens))
  (import "__main_module__" "PyUnicode_FromStringAndSize"
    (func $text (param i32 i32) (result i32)))
  (import "__main_module__" "PyBytes_FromStringAndSize"
    (func $copy_bytes (param i32 i32) (result i32)))
  (import "__main_module__" "PyObject_Vectorcall"
    (func $vectorcall (param i32 i32 i32 i32) (result i32)))
  (import "__main_module__" "PyBytes_AsString" (func $bytes (param i32) (result i32)))
  (import "__main_module__" "_Py_DecRef" (func $release (param i32)))
  (import "__main_module__" "PyErr_SetInterruptEx" (func $set_interrupt (param i32) (result i32)))

  ;; Where the instances that follow each other in one memory keep what they need:
  ;;
  ;;    0  sixteen bytes for results that come by pointer, and for the arguments of a Python call
  ;;   16  the Python function that runs a step
  ;;   20  the outcome it returned last
  ;;   24  the failure that operation 4 answers, and its length
  ;;   64  what the adapter of WASI is lent, 131072 bytes
  ;;
  ;; It is in memory and not in globals, as whoever goes on in this memory is another instance.
  (global $area (mut i32) (i32.const 0))

  ;; The memory that contents are wanted in, while they are asked for.
  (global $wanted (mut i32) (i32.const 0))
  (global $wanted_length (mut i32) (i32.const 0))

  ;; The area. While the image is made it is allocated by whoever needs it first.
  (func $results (result i32)
    (local $area i32)
    (if (i32.eqz (global.get $area))
      (then
        (local.set $area
          (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 131136)))
        (i64.store offset=16 (local.get $area) (i64.const 0))
        (i64.store offset=24 (local.get $area) (i64.const 0))
        (global.set $area (local.get $area))))
    (global.get $area))

  ;; Enters a memory, in which an instance may have been before.
  (func $enter (param $area i32)
    (global.set $area (local.get $area))
    (call $lend (i32.add (local.get $area) (i32.const 64)))
    ;; The C library remembers the folders of another instance, if not of another host.
    (call $reset_preopens))

  ;; A Python str of UTF-8 bytes that the host put into guest memory, which are freed.
  (func $take_text (param $at i32) (param $length i32) (result i32)
    (local $object i32)
    (local.set $object (call $text (local.get $at) (local.get $length)))
    (call $free (local.get $at))
    (if (i32.eqz (local.get $object)) (then unreachable))
    (local.get $object))

  ;; Keeps the failure that is in the results, for operation 4.
  (func $failed (param $results i32) (result i32)
    ;; Nobody has asked for the one before.
    (call $free (i32.load offset=24 (local.get $results)))
    (i64.store offset=24 (local.get $results) (i64.load offset=4 align=4 (local.get $results)))
    (i32.const -1))

  ;; The answer of a call that is in the results, or its failure.
  (func $answered (param $results i32) (param $answer i32) (param $answer_length i32) (result i32)
    (if (i32.load8_u (local.get $results)) (then (return (call $failed (local.get $results)))))
    (i32.store (local.get $answer) (i32.load offset=4 (local.get $results)))
    (i32.store (local.get $answer_length) (i32.load offset=8 (local.get $results)))
    (i32.const 0))

  (func (export "cabi_import_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.and
          (i32.ne (global.get $wanted) (i32.const 0))
          (i32.eq (local.get 3) (global.get $wanted_length)))
      (then (return (global.get $wanted))))
    (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)))

  (func (export "cabi_export_realloc") (param i32 i32 i32 i32) (result i32)
    (call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3)))

  ;; What a guest that counts imports beside the door.
  (func (export "refuel") (param i64) (result i64) (call $limits_refuel (local.get 0)))
  (func (export "settle") (param i64) (call $limits_settle (local.get 0)))

  (func (export "call")
    (param $request i32) (param $length i32) (param $answer i32) (param $answer_length i32)
    (result i32)
    (local $operation i32) (local $rest i32) (local $size i32) (local $results i32)
    (local $json i32) (local $json_size i32) (local $text i32) (local $text_size i32) (local $left i32)
    (i32.store (local.get $answer) (i32.const 0))
    (i32.store (local.get $answer_length) (i32.const 0))
    (if (i32.eqz (local.get $length)) (then (return (i32.const -2))))
    (local.set $operation (i32.load8_u (local.get $request)))

    (if (i32.or
          (i32.eq (local.get $operation) (i32.const 1))
          (i32.eq (local.get $operation) (i32.const 5)))
      (then
        (if (i32.lt_u (local.get $length) (i32.const 21)) (then (return (i32.const -2))))
        ;; Each of the three has to fit into what is left after the one before it.
        (local.set $left (i32.sub (local.get $length) (i32.const 21)))
        (local.set $size (i32.load offset=1 align=1 (local.get $request)))
        (if (i32.gt_u (local.get $size) (local.get $left)) (then (return (i32.const -2))))
        (local.set $left (i32.sub (local.get $left) (local.get $size)))
        (local.set $json_size (i32.load offset=5 align=1 (local.get $request)))
        (if (i32.gt_u (local.get $json_size) (local.get $left)) (then (return (i32.const -2))))
        (local.set $left (i32.sub (local.get $left) (local.get $json_size)))
        (local.set $text_size (i32.load offset=9 align=1 (local.get $request)))
        (if (i32.gt_u (local.get $text_size) (local.get $left)) (then (return (i32.const -2))))
        (local.set $rest (i32.add (local.get $request) (i32.const 21)))
        (local.set $json (i32.add (local.get $rest) (local.get $size)))
        (local.set $text (i32.add (local.get $json) (local.get $json_size)))
        (local.set $results (call $results))
        (if (i32.eq (local.get $operation) (i32.const 5))
          (then
            (call $tools_begin
              (local.get $rest) (local.get $size)
              (local.get $json) (local.get $json_size)
              (local.get $text) (local.get $text_size)
              (i32.load offset=13 align=1 (local.get $request))
              (i32.load offset=17 align=1 (local.get $request))
              (local.get $results))
            (if (i32.load8_u (local.get $results))
              (then (return (call $failed (local.get $results)))))
            ;; The number itself is the answer, in memory that can be freed.
            (local.set $rest
              (call $realloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
            (i32.store (local.get $rest) (i32.load offset=4 (local.get $results)))
            (i32.store (local.get $answer) (local.get $rest))
            (i32.store (local.get $answer_length) (i32.const 4))
            (return (i32.const 0))))
        (call $tools_call
          (local.get $rest) (local.get $size)
          (local.get $json) (local.get $json_size)
          (local.get $text) (local.get $text_size)
          (i32.load offset=13 align=1 (local.get $request))
          (i32.load offset=17 align=1 (local.get $request))
          (local.get $results))
        (return
          (call $answered (local.get $results) (local.get $answer) (local.get $answer_length)))))

    (if (i32.eq (local.get $operation) (i32.const 6))
      (then
        (if (i32.ne (local.get $length) (i32.const 9)) (then (return (i32.const -2))))
        (local.set $results (call $results))
        (call $tools_wait
          (i64.load offset=1 align=1 (local.get $request)) (local.get $results))
        (i32.store (local.get $answer) (i32.load (local.get $results)))
        (i32.store (local.get $answer_length)
          (i32.shl (i32.load offset=4 (local.get $results)) (i32.const 2)))
        (return (i32.const 0))))

    (if (i32.eq (local.get $operation) (i32.const 7))
      (then
        (if (i32.ne (local.get $length) (i32.const 5)) (then (return (i32.const -2))))
        (local.set $results (call $results))
        (call $tools_take
          (i32.load offset=1 align=1 (local.get $request)) (local.get $results))
        (return
          (call $answered (local.get $results) (local.get $answer) (local.get $answer_length)))))

    (if (i32.eq (local.get $operation) (i32.const 8))
      (then
        (if (i32.ne (local.get $length) (i32.const 5)) (then (return (i32.const -2))))
        (call $tools_abandon (i32.load offset=1 align=1 (local.get $request)))
        (return (i32.const 0))))

    (if (i32.eq (local.get $operation) (i32.const 9))
      (then
        (if (i32.ne (local.get $length) (i32.const 13)) (then (return (i32.const -2))))
        (local.set $results (call $results))
        (global.set $wanted (i32.load offset=5 align=1 (local.get $request)))
        (global.set $wanted_length (i32.load offset=9 align=1 (local.get $request)))
        (call $tools_content
          (i32.load offset=1 align=1 (local.get $request))
          (global.get $wanted_length) (local.get $results))
        (local.set $rest (global.get $wanted))
        (global.set $wanted (i32.const 0))
        (if (i32.or
              (i32.eqz (local.get $rest))
              (i32.ne (i32.load (local.get $results)) (local.get $rest)))
          (then
            (i32.store (local.get $answer) (i32.load (local.get $results)))
            (i32.store (local.get $answer_length) (i32.load offset=4 (local.get $results)))))
        (return (i32.const 0))))

    (if (i32.eq (local.get $operation) (i32.const 2))
      (then
        (if (i32.lt_u (local.get $length) (i32.const 15)) (then (return (i32.const -2))))
        (if (i32.gt_u (i32.load8_u offset=2 (local.get $request)) (i32.const 3))
          (then (return (i32.const -2))))
        ;; Each of the three has to fit into what is left after the one before it.
        (local.set $left (i32.sub (local.get $length) (i32.const 15)))
        (local.set $json_size (i32.load offset=3 align=1 (local.get $request)))
        (if (i32.gt_u (local.get $json_size) (local.get $left)) (then (return (i32.const -2))))
        (local.set $left (i32.sub (local.get $left) (local.get $json_size)))
        (local.set $text_size (i32.load offset=7 align=1 (local.get $request)))
        (if (i32.gt_u (local.get $text_size) (local.get $left)) (then (return (i32.const -2))))
        (local.set $left (i32.sub (local.get $left) (local.get $text_size)))
        (local.set $size (i32.load offset=11 align=1 (local.get $request)))
        (if (i32.gt_u (local.get $size) (local.get $left)) (then (return (i32.const -2))))
        (local.set $left (i32.sub (local.get $left) (local.get $size)))
        (local.set $json (i32.add (local.get $request) (i32.const 15)))
        (local.set $text (i32.add (local.get $json) (local.get $json_size)))
        (local.set $rest (i32.add (local.get $text) (local.get $text_size)))
        (call $answer_give
          (i32.ne (i32.load8_u offset=1 (local.get $request)) (i32.const 0))
          (local.get $json) (local.get $json_size)
          (local.get $text) (local.get $text_size)
          (i32.load8_u offset=2 (local.get $request))
          (local.get $rest) (local.get $size)
          (i32.add (local.get $rest) (local.get $size)) (local.get $left))
        (return (i32.const 0))))

    (if (i32.eq (local.get $operation) (i32.const 3))
      (then
        (local.set $results (call $results))
        (call $limits_interruption (local.get $results))
        (i32.store (local.get $answer) (i32.load (local.get $results)))
        (i32.store (local.get $answer_length) (i32.load offset=4 (local.get $results)))
        (return (i32.const 0))))

    (if (i32.eq (local.get $operation) (i32.const 4))
      (then
        (local.set $results (call $results))
        (i32.store (local.get $answer) (i32.load offset=24 (local.get $results)))
        (i32.store (local.get $answer_length) (i32.load offset=28 (local.get $results)))
        (i64.store offset=24 (local.get $results) (i64.const 0))
        (return (i32.const 0))))

    (i32.const -2))

  (func (export "fumehood:guest/workshop@0.1.0#initialize")
    (call $initialize_library)
    (call $initialize_python))

  (func (export "fumehood:guest/workshop@0.1.0#evaluate")
    (param $source i32) (param $length i32) (result i32)
    (local $status i32)
    (local.set $status (call $turn (local.get $source) (local.get $length)))
    (call $free (local.get $source))
    (i32.eqz (local.get $status)))

  (func (export "fumehood:guest/workshop@0.1.0#interrupt")
    (drop (call $set_interrupt (i32.const 2))))

  (func (export "fumehood:guest/workshop@0.1.0#reserve") (result i32)
    (call $results))

  (func (export "fumehood:guest/interpreter@0.1.0#start")
    (param $entry i32) (param $area i32) (param $setup i32) (param $length i32)
    (local $text i32)
    (call $enter (local.get $area))
    (local.set $text (call $take_text (local.get $setup) (local.get $length)))
    (i32.store (local.get $area) (local.get $text))
    (local.set $entry
      (call $vectorcall (local.get $entry) (local.get $area) (i32.const 1) (i32.const 0)))
    (call $release (local.get $text))
    (if (i32.eqz (local.get $entry)) (then unreachable))
    (if (i32.load offset=16 (local.get $area))
      (then (call $release (i32.load offset=16 (local.get $area)))))
    (i32.store offset=16 (local.get $area) (local.get $entry))
    (call $hand_back_fuel))

  (func (export "fumehood:guest/interpreter@0.1.0#go-on") (param $area i32)
    (call $enter (local.get $area))
    (call $hand_back_fuel))

  ;; What Python returned last, an outcome, stays until the next one: nothing is released in a
  ;; `post-return`, where the guest may not ask for fuel.
  (func $forget_outcome
    (local $area i32) (local $outcome i32)
    (local.set $area (call $results))
    (local.set $outcome (i32.load offset=20 (local.get $area)))
    (i32.store offset=20 (local.get $area) (i32.const 0))
    (if (local.get $outcome) (then (call $release (local.get $outcome)))))

  ;; The canonical form of an outcome, with the addresses that the host reads.
  (func $tell (param $outcome i32) (result i32)
    (local $at i32) (local $last i32) (local $base i32) (local $word i32)
    ;; Only code that took this runtime apart ends here; there is nobody left to ask why.
    (if (i32.eqz (local.get $outcome)) (then unreachable))
    (i32.store offset=20 (call $results) (local.get $outcome))
    (local.set $at (call $bytes (local.get $outcome)))
    (if (i32.eqz (local.get $at)) (then unreachable))
    (local.set $last
      (i32.add (local.get $at) (i32.shl (i32.load (local.get $at)) (i32.const 2))))
    (local.set $base (i32.add (local.get $last) (i32.const 4)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $last)))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (local.set $word (i32.add (local.get $base) (i32.load (local.get $at))))
        (i32.store (local.get $word) (i32.add (i32.load (local.get $word)) (local.get $base)))
        (br $next)))
    (call $hand_back_fuel)
    (local.get $base))

  (func (export "fumehood:guest/interpreter@0.1.0#run")
    (param $source i32) (param $source_length i32) (param $file i32) (param $file_length i32)
    (result i32)
    (local $text i32) (local $name i32) (local $area i32) (local $outcome i32)
    (local.set $area (call $results))
    (if (i32.eqz (i32.load offset=16 (local.get $area))) (then unreachable))
    (call $forget_outcome)
    (local.set $text (call $take_text (local.get $source) (local.get $source_length)))
    (local.set $name (call $take_text (local.get $file) (local.get $file_length)))
    (i32.store (local.get $area) (local.get $text))
    (i32.store offset=4 (local.get $area) (local.get $name))
    (local.set $outcome
      (call $vectorcall
        (i32.load offset=16 (local.get $area)) (local.get $area) (i32.const 2) (i32.const 0)))
    (call $release (local.get $text))
    (call $release (local.get $name))
    (call $tell (local.get $outcome)))

  (func (export "fumehood:guest/interpreter@0.1.0#define")
    (param $entry i32) (param $described i32) (param $described_length i32)
    (param $contents i32) (param $contents_length i32)
    (result i32)
    (local $text i32) (local $data i32) (local $area i32) (local $outcome i32)
    (local.set $area (call $results))
    (call $forget_outcome)
    (local.set $text (call $take_text (local.get $described) (local.get $described_length)))
    (local.set $data (call $copy_bytes (local.get $contents) (local.get $contents_length)))
    (call $free (local.get $contents))
    (if (i32.eqz (local.get $data)) (then unreachable))
    (i32.store (local.get $area) (local.get $text))
    (i32.store offset=4 (local.get $area) (local.get $data))
    (local.set $outcome
      (call $vectorcall (local.get $entry) (local.get $area) (i32.const 2) (i32.const 0)))
    (call $release (local.get $text))
    (call $release (local.get $data))
    (call $tell (local.get $outcome)))
)
