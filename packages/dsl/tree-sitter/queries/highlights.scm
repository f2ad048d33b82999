; Written by tools/generate-tree-sitter.ts.

(name) @variable
["ham" "use" "dim" "const" "param" "data" "given" "let" "lagrangian" "synapse" "extern" "neuron" "part" "connect" "recall" "train" "test" "assert"] @keyword
["energy" "drive" "value" "as" "from" "stored" "take" "share" "start" "clamp" "stop" "when" "record" "every" "schedule" "return" "feed" "run" "expect" "metric" "tau" "leak" "init" "before"] @keyword.modifier
["where" "and" "or" "not"] @keyword.operator
["sum" "mean" "prod" "logsumexp" "max" "min"] @function.builtin
["real" "int" "bool" "sign" "bit"] @type.builtin
(number) @number
(string) @string
(comment) @comment
(doc_comment) @comment.documentation
["==" "!=" "<=" ">=" "<" ">" "=" "~" "+" "-" "*" "/" "^"] @operator
["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ":" "." "@"] @punctuation.delimiter
