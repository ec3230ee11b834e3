package io.microspring.plugins.codec;

import java.util.List;

import io.microspring.codec.Codecs;
import io.microspring.plugins.Plugins;
import io.microspring.test.CodecMatrix;

/**
 * Every codec there is over every transport of the library. A transport of
 * {@code io.microspring.plugins.transport} has a class of its own beside its server.
 */
class CodecMatrixTest extends CodecMatrix {

	@Override
	protected List<Carrier> carriers() {
		return Carrier.ofTheLibrary();
	}

	@Override
	protected Codecs codecs() {
		return Plugins.catalogue().codecs();
	}

}
