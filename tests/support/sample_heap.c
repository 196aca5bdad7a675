/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample_heap.h"

static const char everything[] =
    "module app { 'cache' cache 'f' f 'g' g 'memo' memo 'head' n1 'Order' Order '__file__' '/usr/lib/python3/app.py' '__name__' 'app' }\n"
    "module threading { '_active' active }\n"
    "active : dict { 140001 main }\n"
    "type threading.Thread members __dict__\n"
    "main : threading.Thread .__dict__ main.__dict__ ; main.__dict__ : dict { '_name' 'MainThread' }\n"
    "type app.Order heap object Order members __dict__ slot attrs x y\n"
    "type app.Special heap base app.Order object Special members __dict__\n"
    "Order : type .__dict__ Order.__dict__ size 900 ; Order.__dict__ : dict { 'put' g } ; Special : type size 900\n"
    "cache : list [ b1 b2 b3 b4 b5 b6 _ ]\n"
    "b1 : bytearray size 90000 ; b2 : bytearray size 90000 ; b3 : bytearray size 90000\n"
    "b4 : bytearray size 90000 ; b5 : bytearray size 90000 ; b6 : bytearray size 5000000000\n"
    "f : function .__code__ load .__globals__ app.__dict__ .__closure__ cells .__defaults__ defaults .__kwdefaults__ kw .__name__ 'load'\n"
    "cells : tuple [ cell ] ; cell : cell .cell_contents seen ; seen : set < s1 s2 > ; defaults : tuple [ d1 ] ; kw : dict { 'n' d2 }\n"
    "s1 : str 'one' size 40000 ; s2 : bytes 'two' size 40000 ; d1 : list [ t1 ] ; d2 : dict { t1 1 2 'x' 3 None }\n"
    "t1 : tuple [ 1 'a' None pi t2 ] ; t2 : tuple [ t1 ] ; pi : float '3.25'\n"
    "code load 'load' '/src/app.py' 12 args 1 kwonly 1 locals rows n free seen names cache append Order\n"
    "  bytecode 97007400a0010000000000000000000000000000000000007c00a6010000ab010000000000000000010064005300 lines 80000101010101\n"
    "g : function .__code__ put .__globals__ app.__dict__\n"
    "code put 'Order.put' '/src/app.py' 20 args 2 locals self x names cache append\n"
    "  bytecode 740083017c01a00100640019007c0064003c0071025300 lines 000102030405\n"
    "opcode 9 NOP ; opcode 116 LOAD_GLOBAL argument caches 5 ; opcode 124 LOAD_FAST argument ; opcode 160 LOAD_METHOD argument caches 10\n"
    "opcode 166 PRECALL argument caches 1 ; opcode 171 CALL argument caches 4 ; opcode 1 POP_TOP ; opcode 100 LOAD_CONST argument\n"
    "opcode 83 RETURN_VALUE ; opcode 151 RESUME argument ; opcode 60 STORE_SUBSCR caches 1 ; opcode 25 BINARY_SUBSCR caches 4\n"
    "opcode 113 JUMP_ABSOLUTE argument ; opcode 131 CALL_FUNCTION argument\n"
    "o1 : app.Order .__dict__ o1.__dict__ .slot cache .x b1 .y o2 ; o1.__dict__ : dict { 'next' o2 } + s1\n"
    "o2 : app.Special .__dict__ o2.__dict__ native 3 ; o2.__dict__ : dict { 'prev' o1 }\n"
    "loop : list [ loop o1 ] ; lost : list [ found ] refs 0 ; found : list [ lost ]\n"
    "weak : weakref / o1 cache / native 1 ; old : list [ 1 ] immortal\n"
    "memo : functools._lru_cache_wrapper .__wrapped__ f .cache store .__dict__ memo.__dict__ calls 900 40 ; store : dict { t1 s1 t2 s2 } store 2 128 bounded\n"
    "memo.__dict__ : dict { 'cache_parameters' parameters } ; parameters : function .__code__ pc .__closure__ pcells\n"
    "code pc 'cache_parameters' '/src/functools.py' 9 locals a free maxsize ; pcells : tuple [ pcell ] ; pcell : cell .cell_contents 128\n"
    "type app.N members next attrs value\n"
    "thread 140001 'main' main ; run : frame .f_code load .f_globals app.__dict__ ( b1 o1 d1 ) pseudo ; frame run load 14 at 4\n"
    "gen : generator .gi_code put ( cache n1 ) ; thread 140002 'worker' ; frame gen put 21\n"
    "root thread 'thread state dict' d2 thread 1 ; root interpreter 'codecs' pi ; root type 'static type' Order\n"
    "recorder 3 ; stack 4000 3000 load 4 put 2 load 6 ; stack 100 0 put 6 ; block cache 200 2 3 ; block b1 90016 3 3 ; block store 300 2 2\n"
    "account rss 40960 ; account anonymous 4096\n";

struct heap_builder *sample_heap(void)
{
    struct heap_builder *builder = heap_builder_create();
    heap_builder_add(builder, "%s", everything);
    for (int i = 1; i < 20; i++)
        heap_builder_add(builder, "n%d : app.N .next n%d .value 'v' size 3000", i, i + 1);
    heap_builder_add(builder, "n20 : app.N .next n1 size 3000");
    return builder;
}
