"""Texts that have broken readers before, by the format that they are thrown into."""

# ruff: noqa: E501
from __future__ import annotations

NUMBERS = (
    *(
        "0",
        "-0",
        "-1",
        "1e-320",
        "1e308",
        "1e309",
        "-1e309",
        "1e12",
        "1e18",
        "9" * 400,
        "0." + "0" * 400 + "1",
    ),
    *("1e999999999", "1e-999999999", "NaN", "inf", "-inf", "0x10", "1_000", "1e", ".", "1..2", "٣", "½", "¹"),
    *("4294967296", "9223372036854775808", "1.7976931348623157e308", "5e-324", "2147483647", "-2147483649"),
)
UNICODE = (
    *("\0", "\x01", "\x1a", "\x85", "\u2028", "\u2029", "\ufeff", "\u200b", "\u202e", "\u0130", "\u00df"),
    *(
        "\ufb03",
        "e\u0301",
        "é",
        "日本",
        "\U0001f600",
        "\U0010ffff",
        "\ud7ff",
        "\ufffd",
        "\x0b",
        "\x0c",
        "\r",
        "\r\n",
    ),
)
CLIMBING = (
    *(
        "../secret.csv",
        "../secret.xlsx",
        "/etc/passwd",
        "/proc/self/mem",
        "/dev/zero",
        "/dev/stdin",
        "..",
        ".",
    ),
    *(
        "C:\\\\secret.csv",
        "..\\\\secret.csv",
        "file:///etc/passwd",
        "http://localhost:1/x.csv",
        "~/.ssh/id_rsa",
    ),
    *(
        "x/../../secret.csv",
        "?data",
        "\\\\\\\\host\\\\share\\\\x.csv",
        "secret.csv\\0.csv",
        "$HOME/x",
        "|id",
        "link.csv",
    ),
)
CODE = (
    *(
        "__import__('os').system('touch ../owned')",
        "${7*7}",
        "{{7*7}}",
        "=cmd|'/c calc'!A1",
        "%s%s%n",
        "`id`",
    ),
    *(
        "$(touch ../owned)",
        "!!python/object/apply:os.system ['id']",
        "'; DROP TABLE x; --",
        "<script>1</script>",
    ),
)
DEEP = (
    *("(" * 300, ")" * 300, "(" * 20_000, "-" * 20_000, "[" * 5_000, "{" * 5_000, '"' * 5_001, "'" * 5_001),
    *(":NOT:" * 5_000, "IF THEN ELSE(" * 2_000, "MAX(" * 2_000, "a^" * 20_000, "1+" * 20_000, "a[" * 5_000),
    *("a.b." * 5_000, "not " * 5_000, "IF 1 THEN " * 3_000, "," * 50_000, "n" * 100_000, "a " * 50_000),
)
VENSIM = (
    *("~", "|", "~~|", "\\\n", ":=", "==", "=", "(", ")", "[", "]", "{", "}", '"', ",", ";", ":", "!", "'", "^"),
    *(":EXCEPT:", ":NOT:", ":AND:", ":OR:", ":NA:", ":RAW:", ":INTERPOLATE:", ":SUPPLEMENTARY", ":MACRO:"),
    *(":END OF MACRO:", ":TEST INPUT:", ":THE CONDITION:", ":IMPLIES:", "<->", "->", "****\n.Group\n****~|\n"),
    *("INTEG(", "DELAY3(", "DELAY N(", "DELAY FIXED(", "SMOOTH3I(", "SMOOTH N(", "WITH LOOKUP(Time,((0,0),(1,1)))"),
    *("IF THEN ELSE(", "VECTOR SELECT(", "VECTOR SORT ORDER(", "SUM(", "PROD(", "ELMCOUNT(", "INVERT MATRIX("),
    *("ALLOCATE AVAILABLE(", "SAMPLE IF TRUE(", "RANDOM NORMAL(0,1,0,1,7)", "PULSE TRAIN(", "TREND(", "FORECAST("),
    *("ACTIVE INITIAL(", "INITIAL(", "GET TIME VALUE(0,0,0)", "GET DATA AT TIME(", "TABBED ARRAY(1 2\n3 4)"),
    *("NPV(", "XIDZ(1,0,1)", "ZIDZ(", "MODULO(", "INTEGER(", "QUANTUM(", "GAMMA LN(", "POWER(", "LOG("),
    "x = x ~~|\n", "x = y ~~|\ny = x ~~|\n", "a[b] = 1 ~~|\n", "b: (b1-b1000000) ~~|\n", "b: b ~~|\n",
    "b: c ~~|\nc: b ~~|\n", "b: (b1-b1000) ~~|\na[b] = 1 ~~|\nq[b] = SUM(a[b!]*a[b!]) ~~|\n",
    "b: (b1-b300) ~~|\nc: (c1-c300) ~~|\na[b,c] = SUM(a0[b!,c!]) ~~|\na0[b,c] = 1 ~~|\n",
    "b: (b1-b90) ~~|\nc <-> b ~~|\nd <-> b ~~|\na[b,c,d] = Time ~~|\n",
    ":MACRO: M(x)\nM = M(x) ~~|\n:END OF MACRO:\nz = M(1) ~~|\n",
    ":MACRO: M(x)\nM = N(x) + N(x) ~~|\n:END OF MACRO:\n:MACRO: N(x)\nN = M(x) + M(x) ~~|\n:END OF MACRO:\nz = M(1) ~~|\n",
    "".join(f":MACRO: M{i}(x)\nM{i} = M{i + 1}(x) + M{i + 1}(x) ~~|\n:END OF MACRO:\n" for i in range(28)) + "z = M0(1) ~~|\n",
    "x = DELAY N(Time, 1, 0, 1e9) ~~|\n", "x = SMOOTH N(Time, 1, 0, 100000) ~~|\n", "x = DELAY FIXED(Time, 1e9, 0) ~~|\n",
    "x = WITH LOOKUP(Time,(" + ",".join(f"({i},{i})" for i in range(5_000)) + ")) ~~|\n",
    "x( [(0,0)-(10,10)],(0,0),(0,1),(1,NaN)) ~~|\n", "{UTF-8}", "\\\\\\---/// Sketch information\nV300\n", "{" * 10,
    *(f"x = GET XLS DATA('{p}','A','1','B2') ~~|\n" for p in CLIMBING),
    *(f"x = GET DIRECT CONSTANTS('{p}',',','B2') ~~|\n" for p in CLIMBING),
    *(f"x = GET DIRECT LOOKUPS('{p}','A','1','B2') ~~|\n" for p in CLIMBING),
    *(f"b: GET DIRECT SUBSCRIPT('{p}','A','1','B2','x') ~~|\n" for p in CLIMBING),
    *(f"b: GET XLS SUBSCRIPT('{p}','A','1','99999999','x') ~~|\n" for p in CLIMBING),
    *(f"x:=GET DIRECT DATA('{p}',',','A','ZZZ99999999') ~~|\n" for p in CLIMBING),
)  # fmt: skip
ENTITIES = "<!DOCTYPE lolz [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{('&' + chr(97 + i) + ';') * 10}'>" for i in range(9)
)
XMILE = (
    *("<", ">", "&", "/>", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0' encoding='utf-16'?>", "&lt;"),
    *("&amp;", "&a;", "&#0;", "&#x110000;", "&#xD800;", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", ENTITIES + "]>"),
    *("<?xml-stylesheet href='file:///etc/passwd'?>", "<xi:include href='file:///etc/passwd' parse='text'/>"),
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://localhost:1/">%p;]>',
    *("<a>" * 200, "<a>" * 20_000, "<eqn>1</eqn>", "<non_negative/>", "<dimensions><dim name='d' size='999999999'/></dimensions>"),
    *("<aux name='q'><eqn>q</eqn></aux>", "<stock name='s'><eqn>1</eqn><inflow>s</inflow></stock>", "<flow name='f'/>"),
    *("<module name='m' resource='../secret.csv'/>", "<model name='m' resource='/etc/passwd' run='true'/>"),
    *("<module name='m'/>", "<model name='m'><variables><module name='m'/></variables></model>"),
    *("<macro name='M'><parm>x</parm><eqn>M(x)+M(x)</eqn></macro>", "<macro/>", "<parm default='1'>x</parm>"),
    *("<gf><xscale min='0' max='1e9'/><ypts sep=';'>" + "1;" * 5_000 + "</ypts></gf>", "<gf/>", "<ypts>1,,2</ypts>"),
    *("<gf type='discrete'><xpts>1,1,0</xpts><ypts>NaN,inf,1e999</ypts></gf>", "<data><import resource='../secret.csv'/></data>"),
    *("<dim name='d'/>", "<element subscript='a,b,c'><eqn>1</eqn></element>", "<conveyor><len>4</len></conveyor>", "<queue/>"),
    *("<sim_specs><start>0</start><stop>1e12</stop><dt>1e-9</dt></sim_specs>", "<dt reciprocal='true'>0</dt>"),
    *("<dt reciprocal='true'>1e300</dt>", "<stop>inf</stop>", "<start>NaN</start>", "<dt>-1</dt>", "method='RK45'"),
    *("IF ", "THEN ", "ELSE ", "MOD ", "AND ", "NOT ", "SMTH3(", "DELAY3(", "PREVIOUS(", "INIT(", "SELF", "LOOKUP("),
    *("SMTHN(TIME,1,1000000)", "DELAYN(TIME,1,1000000)", "DELAY(TIME,1e12)", "PULSE(1,0,0)", "SUM(a[*])", "RANK(", "a[1:3]"),
)  # fmt: skip
TOML = (
    *("=", "[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", ",", ".", "#", "\\u0000", "\\ud800", "\\", "\t"),
    *("true", "inf", "nan", "-inf", "2006-01-01", "9999-12-31", "0001-01-01", "2007-02-30", "12:00:00", "1e400"),
    *("[study]", "[[claim]]", "[prior.x]", "[explanation.a]", "[scenario.a]", "[fit]", "a = 1\na = 2", "x = " + "[" * 900),
    *("x = " + "[" * 20_000, "x = " + "{a=" * 5_000, ".".join(["a"] * 3_000) + " = 1", '"" = 1', "seed = 1" + "0" * 5_000),
    'period = ["0001-01", "9999-12"]', 'period = ["2006-01", "99999-12"]', 'as_of = []', 'as_of = ["2008-03-21"]',
    *("particles = 1000000000000", "particles = -1", "repeats = 0", "seed = -1", 'published_after = "9999999999 months"'),
    *(f'model = "{p}"' for p in CLIMBING), *(f'series = "{p}"' for p in CLIMBING), *(f'reports = "{p}"' for p in CLIMBING),
    *("median = 0", "median = -1", "sigma = 0", "sigma = inf", "sigma = 1e308", "share = 5", "divide_by = 0"),
    'fixed = "median"', 'hold = { x = "its mean over 2007-01..2007-06" }', 'null = "trend"', 'is = "1/0 + herd"',
    'is = "' + "(" * 3_000 + '"', 'is = "INTEG(1,1)"', 'is = ""',
)  # fmt: skip
CLAIMS = (
    *("total(", "mean(", "at(", "peak(", "lowest(", "change(", ")", "(", ",", "..", "<", ">", "<=", ">=", "==", "!="),
    *("and", "or", "not", "under", "if", "then", "reported(", "weight(", "its", "*", "/", "+", "-", "^", "**", "%"),
    *("2007-01", "2007-13", "0000-00", "9999-12", "2007-01..2008-12", "2008-12..2007-01", "..", "1e999", "nan", '"', "'"),
    *("not " * 400, "(" * 400, "1+" * 2_000, "-" * 2_000, "at(" * 400, "a" * 20_000, "a and " * 2_000),
)  # fmt: skip
CSV = (
    *(",", ";", "\t", '"', '""', '"\n', "\n", "\r", "\n\n\n", "=1+1", "@SUM(1)", "1,5", "1.5.1", "1e400", "-1", "inf"),
    *("2006-01", "2006-13", "0000-01", "9999-12", "99999999-01", "2006-01-01", "01/2006", "", " ", "latitude", "name"),
    *("," * 20_000, '"' * 20_001, "\n" * 50_000, "x" * 200_000, "month", "NA", "None", "TRUE", "١٢", "1_0", "0x1F"),
)  # fmt: skip
GENERAL = (*NUMBERS, *UNICODE, *CLIMBING, *CODE, *DEEP)
BY_SUFFIX = {".mdl": VENSIM, ".xmile": XMILE, ".stmx": XMILE, ".toml": TOML, ".csv": CSV, ".claim": CLAIMS}
