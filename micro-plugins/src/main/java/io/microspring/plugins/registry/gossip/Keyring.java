package io.microspring.plugins.registry.gossip;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts as memberlist does: AES-GCM, behind a byte for the version and a nonce. The
 * first key encrypts, all decrypt, so that a key can be replaced member by member.
 * Immutable; without keys, everything is plain.
 */
final class Keyring {

	/** memberlist's versions: 0 pads, 1 does not. */
	private static final int PADDED = 0;

	private static final int PLAIN = 1;

	private static final int NONCE = 12;

	private static final int TAG = 16;

	/** What encryption adds. */
	static final int OVERHEAD = 1 + NONCE + TAG;

	private static final SecureRandom RANDOM = new SecureRandom();

	private final List<SecretKeySpec> keys;

	/**
	 * A key ring.
	 * @param keys the keys of 16, 24 or 32 bytes; none for no encryption
	 */
	Keyring(List<byte[]> keys) {
		this.keys = keys.stream().map((key) -> new SecretKeySpec(key, "AES")).toList();
	}

	boolean isEmpty() {
		return this.keys.isEmpty();
	}

	/**
	 * Encrypts by the first key.
	 * @param plain what to encrypt
	 * @param context what must be the same when it is decrypted
	 * @return version, nonce, text and tag
	 */
	byte[] encrypt(byte[] plain, byte[] context) {
		byte[] nonce = new byte[NONCE];
		RANDOM.nextBytes(nonce);
		try {
			Cipher cipher = cipher(Cipher.ENCRYPT_MODE, this.keys.get(0), nonce, context);
			byte[] encrypted = new byte[OVERHEAD + plain.length];
			encrypted[0] = PLAIN;
			System.arraycopy(nonce, 0, encrypted, 1, NONCE);
			cipher.doFinal(plain, 0, plain.length, encrypted, 1 + NONCE);
			return encrypted;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("AES-GCM cannot be had", ex);
		}
	}

	/**
	 * Decrypts by whichever key fits.
	 * @param encrypted version, nonce, text and tag
	 * @param context what it was encrypted with
	 * @return the plain text
	 * @throws MalformedException when no key fits
	 */
	byte[] decrypt(byte[] encrypted, byte[] context) {
		if (encrypted.length < OVERHEAD || encrypted[0] > PLAIN || encrypted[0] < PADDED) {
			throw new MalformedException("not encrypted");
		}
		byte[] nonce = new byte[NONCE];
		System.arraycopy(encrypted, 1, nonce, 0, NONCE);
		for (SecretKeySpec key : this.keys) {
			try {
				byte[] plain = cipher(Cipher.DECRYPT_MODE, key, nonce, context).doFinal(encrypted, 1 + NONCE,
						encrypted.length - 1 - NONCE);
				return (encrypted[0] == PADDED) ? withoutPadding(plain) : plain;
			}
			catch (GeneralSecurityException ignored) {
				// by another key, perhaps
			}
		}
		throw new MalformedException("encrypted by another secret");
	}

	private static Cipher cipher(int mode, SecretKeySpec key, byte[] nonce, byte[] context)
			throws GeneralSecurityException {
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
		cipher.updateAAD(context);
		return cipher;
	}

	private static byte[] withoutPadding(byte[] padded) {
		int padding = (padded.length > 0) ? padded[padded.length - 1] & 0xff : 0;
		if (padding > padded.length) {
			throw new MalformedException("padded with more than there is");
		}
		byte[] plain = new byte[padded.length - padding];
		System.arraycopy(padded, 0, plain, 0, plain.length);
		return plain;
	}

}
