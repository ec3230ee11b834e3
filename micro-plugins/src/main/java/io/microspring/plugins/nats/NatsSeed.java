package io.microspring.plugins.nats;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

import io.nats.client.AuthHandler;
import io.nats.client.NKey;
import io.nats.client.Nats;
import org.jspecify.annotations.Nullable;

/**
 * Shows by signing that it has the seed of an NKey, which stands alone in a file. The
 * file is read each time, so that a key can be replaced.
 */
final class NatsSeed implements AuthHandler {

	private static final String JWT = "BEGIN NATS USER JWT";

	private final Path file;

	private NatsSeed(Path file) {
		this.file = file;
	}

	/**
	 * Whoever a file speaks of.
	 * @param file a file of NATS's with a JWT and a seed, or with a seed alone
	 * @return what shows it
	 * @throws IllegalArgumentException when the file cannot be read
	 */
	static AuthHandler of(Path file) {
		try {
			return Files.readString(file).contains(JWT) ? Nats.credentials(file.toString()) : new NatsSeed(file);
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("The credentials for NATS in " + file + " cannot be read", ex);
		}
	}

	@Override
	public byte[] sign(byte[] nonce) {
		NKey key = key();
		try {
			return key.sign(nonce);
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException("The NKey in " + this.file + " cannot sign", ex);
		}
		finally {
			key.clear();
		}
	}

	@Override
	public char[] getID() {
		NKey key = key();
		try {
			return key.getPublicKey();
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException("The NKey in " + this.file + " cannot be used", ex);
		}
		finally {
			key.clear();
		}
	}

	@Override
	public char @Nullable [] getJWT() {
		return null;
	}

	private NKey key() {
		try {
			return NKey.fromSeed(Files.readString(this.file, StandardCharsets.US_ASCII).strip().toCharArray());
		}
		catch (IOException | IllegalArgumentException ex) {
			// What stands there is not shown.
			throw new IllegalStateException("There is no seed of an NKey in " + this.file);
		}
	}

}
