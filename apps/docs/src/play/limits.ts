/** No more states of a recall are drawn. */
export const LONGEST_WAY = 2000;
