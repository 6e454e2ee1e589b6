/** No token was given; nothing was sent anywhere. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  /** The credentials themselves were refused: it stays so until people change them. */
  readonly isFinal: boolean;

  constructor(message: string, options: { isFinal?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isFinal = options.isFinal ?? false;
  }
}
