// The limits on what models, prompts and images may hold. docs/OPERATIONS.md lists them for people who run a server.

/** The longest side of an image that a node makes. */
export const MAX_SIDE_PX = 16_384;
/** Of such an image. */
export const MAX_MEGAPIXELS = 64;

/**
 * Of both sides of a prompt, once they are of one length. The memory of attention grows with them: for a large image this is
 * about the most that leaves room for the rest.
 */
export const MAX_PROMPT_TOKENS = 1300;
/** Of all special tokens of a tokenizer together: one pattern looks for all of them. */
export const MAX_SPECIAL_TOKEN_CHARACTERS = 65_536;
/** Choices in a prompt (`{a|b}`, `__list__`) inside one another. */
export const MAX_CHOICE_DEPTH = 20;
/** Choices that one prompt draws. */
export const MAX_CHOICE_DRAWS = 1000;
/** Characters of a prompt once its choices are drawn. */
export const MAX_DRAWN_CHARACTERS = 20_000;
/** Characters of the name of a list of words. */
export const MAX_WILDCARD_CHARACTERS = 84;
/** Texts that a prompt with a schedule goes through: each of them is encoded, and one after the other asked. */
export const MAX_SCHEDULED_TEXTS = 64;
/** Brackets of a schedule inside one another. */
export const MAX_SCHEDULE_DEPTH = 40;

/** As much as the format's own library allows: training notes in the metadata may have megabytes. */
export const MAX_SAFETENSORS_HEADER_BYTES = 100_000_000;
/** The part of a `.npy` file before its numbers. */
export const MAX_NPY_HEADER_BYTES = 4096;
/** A file of image embeddings: 4,096 images of the widest encoder. */
export const MAX_IMAGE_EMBEDS_BYTES = 64 * 2 ** 20;

/** The names and places of tensors of a large model have some megabytes. */
export const MAX_PICKLE_BYTES = 64 * 2 ** 20;
/** Each makes one value at most, so that this bounds memory and time. A checkpoint with its optimizer has some 100,000. */
export const MAX_PICKLE_OPERATIONS = 2_000_000;
/** Of an argument that is written as a line. */
export const MAX_PICKLE_LINE_BYTES = 65_536;
/** Of a whole number in a pickle. */
export const MAX_INTEGER_BYTES = 255;
/** The same, where it is written in digits. */
export const MAX_INTEGER_DIGITS = 640;
/**
 * What is copied from one pickle, in items and characters; without a limit a short one could copy a long list forever.
 */
export const MAX_COPIED_VALUES = 20_000_000;
/** Axes of a tensor; torch has 64 at most. */
export const MAX_TENSOR_AXES = 64;
/** More of a non-contiguous tensor would have to be held in memory. */
export const MAX_GATHERED_BYTES = 2 ** 28;
/** Files in the archive that torch.save writes. */
export const MAX_ARCHIVE_ENTRIES = 200_000;
/** Its list of them. */
export const MAX_ARCHIVE_DIRECTORY_BYTES = 64 * 2 ** 20;
