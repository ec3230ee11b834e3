package io.microspring.test;

import io.microspring.transport.HttpOptions;
import io.microspring.transport.Transport;

/** HTTP where no native library is: on Java's own selectors. */
class HttpTransportOnSelectorsTest extends TransportContract {

	@Override
	protected Transport open() {
		return Transport.http(HttpOptions.defaults().withNativeTransport(false).withEventLoops(2));
	}

	@Override
	protected int limit() {
		return HttpOptions.defaults().maxMessageSize();
	}

}
