export {
  isKeyId,
  keyId,
  type KeyId,
  type KeyIdOrNone,
  maxKeyId,
  noKey,
  successor,
} from './key-id.ts';
export { type SecretRules, secretRules } from './secret-rules.ts';
export {
  type AeadAlgorithm,
  type AuthCryptAlgorithm,
  type IpsecKey,
  type KeyAlgorithm,
  keyLength,
} from './ipsec-key.ts';
export { type SecretError, type SecretErrorCode, secretErrorCodes } from './secret-error.ts';
export { keyFileNotFound, type KeyFileLoad, loadedKeyId, loadKeyFile } from './key-file.ts';
export { formatKey } from './format-key.ts';
export { type KernelRefusal, kernelRefusal } from './kernel-refusal.ts';
export { type RotationFailure, rotatedSecret } from './rotated-secret.ts';
export { type BootIdCheck, checkBootId } from './boot-id.ts';
export {
  type DerivationPanic,
  deriveTunnelKey,
  derivationPanic,
  globalKeyBytes,
  type KeyBytes,
  type TunnelEnds,
} from './tunnel-key.ts';
export { type BootIdNumber, KeyRing, type PskId, type TunnelKeyRecipe } from './key-ring.ts';
