// The lexer of chevrotain as the pages take it: the one constant of it that is read. The language cuts its
// texts into tokens itself.

export const Lexer = { NA: /NOT_APPLICABLE/ };

/** What the entry of chevrotain names as well. */
export const LexerDefinitionErrorType = {};
