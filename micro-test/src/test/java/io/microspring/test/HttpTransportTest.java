package io.microspring.test;

import java.util.function.Function;

import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;

class HttpTransportTest extends DirectTransportContract {

	@Override
	protected Transport open() {
		return new Opener().apply("");
	}

	@Override
	protected int limit() {
		return HttpOptions.defaults().maxMessageSize();
	}

	@Override
	protected Class<? extends Function<String, Transport>> opener() {
		return Opener.class;
	}

	/** For another process. */
	public static final class Opener implements Function<String, Transport> {

		@Override
		public Transport apply(String address) {
			return Transport.http();
		}

	}

}
