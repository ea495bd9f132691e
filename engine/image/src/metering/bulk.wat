;; `memory.copy` and `memory.fill`, written in WebAssembly.
;;
;; wasmtime runs the two instructions as native code of its own, which a store does not count as a
;; crossing into the host: a watchdog that takes the guest's memory away in that moment would fault the
;; host, and a meter of instructions would take a gigabyte for one. Loops of the guest have neither
;; trouble.
;;
;; Unlike the instructions, these trap in the middle where part of the range is outside the memory.
(module
  (memory (export "memory") 1)

  ;; Copies `length` bytes; the two ranges may overlap. What may be overwritten is loaded before the
  ;; first store that could do so.
  (func (export "copy") (param $to i32) (param $from i32) (param $length i32)
    (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $p v128) (local $q v128) (local $r v128) (local $s v128)
    (if (i32.le_u (local.get $length) (i32.const 16))
      (then
        (call $copy_short (local.get $to) (local.get $from) (local.get $length))
        (return)))
    (if (i32.le_u (local.get $length) (i32.const 32))
      (then
        (local.set $a (v128.load align=1 (local.get $from)))
        (local.set $at (i32.sub (local.get $length) (i32.const 16)))
        (local.set $b (v128.load align=1 (i32.add (local.get $from) (local.get $at))))
        (v128.store align=1 (local.get $to) (local.get $a))
        (v128.store align=1 (i32.add (local.get $to) (local.get $at)) (local.get $b))
        (return)))
    (local.set $at (i32.sub (local.get $length) (i32.const 32)))
    (if (i32.le_u (local.get $length) (i32.const 64))
      (then
        (local.set $a (v128.load align=1 (local.get $from)))
        (local.set $b (v128.load offset=16 align=1 (local.get $from)))
        (local.set $c (v128.load align=1 (i32.add (local.get $from) (local.get $at))))
        (local.set $d (v128.load offset=16 align=1 (i32.add (local.get $from) (local.get $at))))
        (v128.store align=1 (local.get $to) (local.get $a))
        (v128.store offset=16 align=1 (local.get $to) (local.get $b))
        (v128.store align=1 (i32.add (local.get $to) (local.get $at)) (local.get $c))
        (v128.store offset=16 align=1 (i32.add (local.get $to) (local.get $at)) (local.get $d))
        (return)))
    (if (i32.ge_u (i32.sub (local.get $to) (local.get $from)) (local.get $length))
      (then
        ;; Upwards. The last 64 bytes come first, as a store may reach them.
        (local.set $at (i32.add (local.get $from) (i32.sub (local.get $length) (i32.const 64))))
        (local.set $p (v128.load align=1 (local.get $at)))
        (local.set $q (v128.load offset=16 align=1 (local.get $at)))
        (local.set $r (v128.load offset=32 align=1 (local.get $at)))
        (local.set $s (v128.load offset=48 align=1 (local.get $at)))
        (local.set $at (i32.add (local.get $to) (i32.sub (local.get $length) (i32.const 64))))
        (loop $next
          (local.set $a (v128.load align=1 (local.get $from)))
          (local.set $b (v128.load offset=16 align=1 (local.get $from)))
          (local.set $c (v128.load offset=32 align=1 (local.get $from)))
          (local.set $d (v128.load offset=48 align=1 (local.get $from)))
          (v128.store align=1 (local.get $to) (local.get $a))
          (v128.store offset=16 align=1 (local.get $to) (local.get $b))
          (v128.store offset=32 align=1 (local.get $to) (local.get $c))
          (v128.store offset=48 align=1 (local.get $to) (local.get $d))
          (local.set $from (i32.add (local.get $from) (i32.const 64)))
          (local.set $to (i32.add (local.get $to) (i32.const 64)))
          (br_if $next (i32.lt_u (local.get $to) (local.get $at))))
        (v128.store align=1 (local.get $at) (local.get $p))
        (v128.store offset=16 align=1 (local.get $at) (local.get $q))
        (v128.store offset=32 align=1 (local.get $at) (local.get $r))
        (v128.store offset=48 align=1 (local.get $at) (local.get $s)))
      (else
        ;; Downwards. The first 64 bytes come first.
        (local.set $p (v128.load align=1 (local.get $from)))
        (local.set $q (v128.load offset=16 align=1 (local.get $from)))
        (local.set $r (v128.load offset=32 align=1 (local.get $from)))
        (local.set $s (v128.load offset=48 align=1 (local.get $from)))
        (local.set $at (i32.sub (local.get $length) (i32.const 64)))
        (loop $next
          (local.set $a (v128.load align=1 (i32.add (local.get $from) (local.get $at))))
          (local.set $b (v128.load offset=16 align=1 (i32.add (local.get $from) (local.get $at))))
          (local.set $c (v128.load offset=32 align=1 (i32.add (local.get $from) (local.get $at))))
          (local.set $d (v128.load offset=48 align=1 (i32.add (local.get $from) (local.get $at))))
          (v128.store align=1 (i32.add (local.get $to) (local.get $at)) (local.get $a))
          (v128.store offset=16 align=1 (i32.add (local.get $to) (local.get $at)) (local.get $b))
          (v128.store offset=32 align=1 (i32.add (local.get $to) (local.get $at)) (local.get $c))
          (v128.store offset=48 align=1 (i32.add (local.get $to) (local.get $at)) (local.get $d))
          (local.set $at (i32.sub (local.get $at) (i32.const 64)))
          (br_if $next (i32.gt_s (local.get $at) (i32.const 0))))
        (v128.store align=1 (local.get $to) (local.get $p))
        (v128.store offset=16 align=1 (local.get $to) (local.get $q))
        (v128.store offset=32 align=1 (local.get $to) (local.get $r))
        (v128.store offset=48 align=1 (local.get $to) (local.get $s)))))

  ;; At most 16 bytes.
  (func $copy_short (export "copy_short") (param $to i32) (param $from i32) (param $length i32)
    (local $at i32) (local $first i64) (local $last i64) (local $low i32) (local $high i32)
    (if (i32.ge_u (local.get $length) (i32.const 8))
      (then
        (local.set $at (i32.sub (local.get $length) (i32.const 8)))
        (local.set $first (i64.load align=1 (local.get $from)))
        (local.set $last (i64.load align=1 (i32.add (local.get $from) (local.get $at))))
        (i64.store align=1 (local.get $to) (local.get $first))
        (i64.store align=1 (i32.add (local.get $to) (local.get $at)) (local.get $last))
        (return)))
    (if (i32.ge_u (local.get $length) (i32.const 4))
      (then
        (local.set $at (i32.sub (local.get $length) (i32.const 4)))
        (local.set $low (i32.load align=1 (local.get $from)))
        (local.set $high (i32.load align=1 (i32.add (local.get $from) (local.get $at))))
        (i32.store align=1 (local.get $to) (local.get $low))
        (i32.store align=1 (i32.add (local.get $to) (local.get $at)) (local.get $high))
        (return)))
    (if (i32.eqz (local.get $length)) (then (return)))
    ;; One to three bytes: the first, the middle and the last, some of which may be the same.
    (local.set $at (i32.load8_u (local.get $from)))
    (local.set $low (i32.load8_u
      (i32.add (local.get $from) (i32.shr_u (local.get $length) (i32.const 1)))))
    (local.set $high (i32.load8_u
      (i32.add (local.get $from) (i32.sub (local.get $length) (i32.const 1)))))
    (i32.store8 (local.get $to) (local.get $at))
    (i32.store8
      (i32.add (local.get $to) (i32.shr_u (local.get $length) (i32.const 1))) (local.get $low))
    (i32.store8
      (i32.add (local.get $to) (i32.sub (local.get $length) (i32.const 1))) (local.get $high)))

  ;; Sets `length` bytes.
  (func (export "fill") (param $to i32) (param $byte i32) (param $length i32)
    (local $end i32) (local $wide i64) (local $all v128)
    (local.set $end (i32.add (local.get $to) (local.get $length)))
    (if (i32.lt_u (local.get $length) (i32.const 16))
      (then
        (if (i32.ge_u (local.get $length) (i32.const 8))
          (then
            (local.set $wide
              (i64.mul
                (i64.extend_i32_u (i32.and (local.get $byte) (i32.const 0xff)))
                (i64.const 0x0101010101010101)))
            (i64.store align=1 (local.get $to) (local.get $wide))
            (i64.store align=1 (i32.sub (local.get $end) (i32.const 8)) (local.get $wide))
            (return)))
        (block $done
          (loop $next
            (br_if $done (i32.eq (local.get $to) (local.get $end)))
            (i32.store8 (local.get $to) (local.get $byte))
            (local.set $to (i32.add (local.get $to) (i32.const 1)))
            (br $next)))
        (return)))
    (local.set $all (i8x16.splat (local.get $byte)))
    (local.set $end (i32.sub (local.get $end) (i32.const 16)))
    ;; Whole vectors from the beginning; the last one may overlap the one before.
    (block $done
      (loop $next
        (br_if $done (i32.lt_u (i32.sub (local.get $end) (local.get $to)) (i32.const 48)))
        (v128.store align=1 (local.get $to) (local.get $all))
        (v128.store offset=16 align=1 (local.get $to) (local.get $all))
        (v128.store offset=32 align=1 (local.get $to) (local.get $all))
        (local.set $to (i32.add (local.get $to) (i32.const 48)))
        (br $next)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (v128.store align=1 (local.get $to) (local.get $all))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (br $next)))
    (v128.store align=1 (local.get $end) (local.get $all)))
)
